"""Our extension of a real Jupyter server: who gets its page, with which headers, and what is left in the log."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import lab
import pytest
from jupyterserver import BASE, ENABLED, configure

from bimplus_nb import __version__

ROOT = Path(__file__).parent.parent.parent
CALLBACK = f"{BASE}bimplus/oauth/callback"
QUERY = "code=the-secret-code&state=the-state&iss=https%3A%2F%2Flogin.example"
KEY = {"Authorization": f"token {lab.TOKEN}"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("extension")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[str]:
    configure(folder)
    with lab.server(folder) as url:
        yield url


@pytest.fixture
def http(server: str) -> Iterator[httpx.Client]:
    """A browser that has no cookie of the server yet."""
    with httpx.Client(base_url=server) as client:
        yield client


def test_the_page_is_for_users_of_this_server(http: httpx.Client) -> None:
    answer = http.get(f"{CALLBACK}?{QUERY}", headers=KEY)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "Bimplus sign-in" in answer.text
    assert "the-secret-code" not in answer.text, "the page is the same for everybody"


def test_strangers_get_no_page_and_their_code_goes_no_further(http: httpx.Client) -> None:
    answer = http.get(f"{CALLBACK}?{QUERY}")
    assert answer.status_code == 302
    assert httpx.URL(answer.headers["Location"]).path == f"{BASE}login"
    assert httpx.URL(answer.headers["Location"]).params["next"] == CALLBACK
    assert "secret" not in answer.headers["Location"]
    assert answer.text == ""
    assert http.get(f"{BASE}bimplus/ping").status_code == 302


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("path", [CALLBACK, f"{BASE}bimplus/ping"])
def test_it_is_only_read(http: httpx.Client, method: str, path: str) -> None:
    assert http.request(method, path, headers=KEY).status_code == 405


@pytest.mark.parametrize("path", ["/bimplus/oauth/callback", f"{CALLBACK}/x", f"{BASE}bimplus/"])
def test_it_is_there_and_nowhere_else(http: httpx.Client, path: str) -> None:
    assert http.get(path, headers=KEY, follow_redirects=True).status_code == 404


def test_the_page_may_do_nothing_but_its_own_script(http: httpx.Client) -> None:
    first, second = (http.get(CALLBACK, headers=KEY) for _ in range(2))
    policy = dict(part.strip().partition(" ")[::2] for part in first.headers["Content-Security-Policy"].split(";"))
    (nonce,) = set(re.findall(r'nonce="([^"]+)"', first.text))
    assert policy == {
        "default-src": "'none'",
        "script-src": f"'nonce-{nonce}'",
        "style-src": f"'nonce-{nonce}'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert nonce not in second.text
    for answer in (first, http.get(f"{BASE}bimplus/ping", headers=KEY)):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_it_says_that_it_is_there(http: httpx.Client) -> None:
    assert http.get(f"{BASE}bimplus/ping", headers=KEY).json() == {"name": "bimplus_nb", "version": __version__}


def test_no_code_is_in_the_log(http: httpx.Client, folder: Path) -> None:
    for headers in ({}, KEY):
        http.get(f"{CALLBACK}?{QUERY}", headers=headers, follow_redirects=True)
        http.post(f"{CALLBACK}?{QUERY}", headers=headers)
    log = (folder / "server.log").read_text()
    assert "bimplus/oauth/callback" in log
    assert "the-secret-code" not in log
    assert "the-state" not in log


def test_a_kernel_need_not_have_jupyter_server() -> None:
    code = (
        "import sys; sys.modules['jupyter_server'] = None; sys.modules['tornado'] = None\n"
        "import bimplus_nb.jupyter, bimplus_nb.widgets\n"
        "assert bimplus_nb.jupyter._jupyter_server_extension_points()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_server_loads_little() -> None:
    """It starts with the extension, and everybody waits for it."""
    code = "import sys, bimplus_nb.jupyter.handlers; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert not {"pandas", "numpy", "httpx", "ipywidgets", "bimplus_nb.client"} & set(done.stdout.split())


def test_installing_the_package_enables_it(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*command, "--wheel-dir", str(tmp_path), str(ROOT)], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (name,) = [name for name in names if name.endswith("/etc/jupyter/jupyter_server_config.d/bimplus_nb.json")]
        assert ".data/data/etc/" in name, "pip puts it below the environment's own folder"
        assert archive.read(name) == ENABLED.read_bytes()
        assert {"bimplus_nb/jupyter/callback.html", "bimplus_nb/widgets/login.js"} <= set(names)
