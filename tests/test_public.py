"""The public face: a list that somebody keeps."""

from __future__ import annotations

import subprocess
import sys

import bimplus_nb


def test_public_list_is_sorted_and_complete() -> None:
    assert bimplus_nb.__all__ == sorted(bimplus_nb.__all__)
    assert dir(bimplus_nb) == bimplus_nb.__all__
    assert set(bimplus_nb._HOME) <= set(bimplus_nb.__all__)


def test_every_public_name_exists_and_is_documented() -> None:
    for name in bimplus_nb.__all__:
        value = getattr(bimplus_nb, name)
        assert name == "__version__" or (value.__doc__ or "").strip(), f"{name} has no docstring"


def test_import_is_light() -> None:
    """`import bimplus_nb` loads none of the heavy libraries; each comes with the first name that needs it."""
    heavy = {"pandas", "numpy", "httpx", "ipywidgets", "pythreejs", "starlette"}
    code = f"import bimplus_nb, sys; print(sorted({heavy!r} & set(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert out.stdout.strip() == "[]"


def test_every_error_is_a_bimplus_error() -> None:
    from bimplus_nb import errors

    for name, value in vars(errors).items():
        if isinstance(value, type) and issubclass(value, Exception):
            assert issubclass(value, bimplus_nb.BimplusError)
            assert name in bimplus_nb.__all__
            assert f"``{name}``" in (errors.__doc__ or ""), f"{name} is missing in the tree of errors.py"
