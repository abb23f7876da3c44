"""Who may import whom, read from the source. The table is the design; see CONTRIBUTING.md."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "bimplus_nb"

# Words that every room speaks; they import nothing but one another.
EVERYWHERE = {"_version", "errors", "progress", "secrecy", "text"}

MAY_IMPORT: dict[str, set[str]] = {
    "__init__": {
        "bimlink",
        "client",
        "diagnosis",
        "exchange",
        "frames",
        "geometry",
        "project",
        "records",
        "sandbox",
        "viewer",
        "widgets",
    },
    "_version": set(),
    "errors": set(),
    "progress": set(),
    "secrecy": set(),
    "text": set(),
    "answers": set(),
    "cache": set(),
    # Why a view stays empty: one table for those who look and for the page that would draw.
    "causes": set(),
    # Goes before the code of each widget of ours.
    "hearing": set(),
    "http": {"answers", "cache"},
    "transfer": {"answers", "http"},
    "auth": {"http"},
    "frames": set(),
    "records": {"frames"},
    "geometry": set(),
    # Tables are written with what they say of themselves, and read back with it; of the viewer what a view means, see
    # `test_exchange_knows_of_the_viewer_what_is_seen`.
    "exchange": {"frames", "geometry", "viewer"},
    "api": {"answers", "http", "records", "transfer"},
    "viewer": {"causes", "exchange", "geometry", "hearing"},
    "project": {"api", "exchange", "frames", "geometry", "http", "records", "transfer", "viewer"},
    # `connect` starts the embedded sandbox; the other direction must never be.
    "client": {"api", "auth", "cache", "http", "project", "records", "sandbox"},
    "widgets": {"auth", "client", "frames", "hearing", "project", "records", "viewer"},
    # A second service by the same doors; nothing but the public face imports it.
    "bimlink": {"auth", "frames", "http", "records", "widgets"},
    # The sandbox judges the client, so they share no code but the geometry.
    "sandbox": {"geometry"},
    "cli": {"diagnosis", "sandbox"},
    # Looks at what the others stand on; of `auth` it takes how wrong a clock may be.
    "diagnosis": {"auth", "causes", "client", "http"},
    # Runs in the Jupyter server, perhaps in another environment than the kernel.
    "jupyter": set(),
}

# Each outside library has one home, so that it can be replaced there.
HOME: dict[str, set[str]] = {
    "httpx": {"http", "auth"},
    "httpx_retries": {"http"},
    "authlib": {"auth", "sandbox"},
    "joserfc": {"auth", "sandbox"},
    "keyring": {"auth"},
    # `client` only names the type that it returns.
    "pandas": {"client", "exchange", "frames", "records", "project", "widgets", "viewer"},
    "bcf": {"exchange"},
    "ifctester": {"exchange"},
    "xmlschema": {"exchange"},
    "xsdata": {"exchange"},
    "xlsxwriter": {"exchange"},
    "openpyxl": {"exchange"},
    "pyarrow": {"exchange"},
    "simdjson": {"geometry"},
    "mapbox_earcut": {"geometry"},
    "rapidfuzz": {"project"},
    "orjson": {"exchange", "sandbox"},
    "ipywidgets": {"bimlink", "viewer", "widgets"},
    "anywidget": {"viewer", "widgets"},
    "pythreejs": {"viewer"},
    "itables": {"widgets"},
    "starlette": {"sandbox"},
    "uvicorn": {"sandbox"},
    "ifcopenshell": {"sandbox"},
    "tqdm": {"progress"},
    "platformdirs": {"bimlink", "cache", "project"},
    "jupyter_core": {"diagnosis"},
    "packaging": {"diagnosis"},
    "jupyter_server": {"jupyter"},
    "tornado": {"jupyter"},
}


def room(path: Path) -> str:
    """The part of the package that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    """Every module a file imports, wherever in the file, as absolute dotted names."""
    package = ("bimplus_nb", *path.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            yield from (f"{module}.{alias.name}" if module == "bimplus_nb" else module for alias in node.names)


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_keep_to_the_table(path: Path) -> None:
    here = room(path)
    for name in imports(path):
        top, _, rest = name.partition(".")
        if top == "bimplus_nb" and rest:
            there = rest.split(".")[0]
            assert there == here or there in EVERYWHERE | MAY_IMPORT[here], f"{here} may not import {there}"
        elif top in HOME:
            assert here in HOME[top], f"{top} belongs in {sorted(HOME[top])}, not in {here}"


def test_the_second_service_stands_beside_the_first() -> None:
    """Nothing imports it but the public face; through that alone it finds the embedded sandbox."""
    for path in FILES:
        used = {name.split(".")[1] for name in imports(path) if name.startswith("bimplus_nb.")}
        assert room(path) in ("__init__", "bimlink") or "bimlink" not in used, path
    bare = {path.name for path in FILES if room(path) == "bimlink" and "bimplus_nb" in imports(path)}
    assert bare == {"connecting.py"}


def test_exchange_knows_of_the_viewer_what_is_seen() -> None:
    """A viewpoint of a BCF file is a `View`, whose meaning is told once; both modules are pure."""
    for path in (PACKAGE / "exchange").rglob("*.py"):
        used = {name for name in imports(path) if name.startswith("bimplus_nb.viewer")}
        assert used <= {"bimplus_nb.viewer.camera", "bimplus_nb.viewer.capture"}, path


def test_pythreejs_stays_in_one_file() -> None:
    """pythreejs is not maintained any more; one door makes it replaceable."""
    users = {str(p.relative_to(PACKAGE)) for p in FILES if any(n.split(".")[0] == "pythreejs" for n in imports(p))}
    assert users <= {"viewer/scene.py"}


def test_authlib_is_used_without_its_httpx_integration() -> None:
    """That module turns into another HTTP library when httpx2 is installed, and warns when it is not."""
    for path in FILES:
        assert not any(name.startswith("authlib.integrations.httpx") for name in imports(path)), path
