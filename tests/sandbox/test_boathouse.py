"""The files of the tutorial that makes a sandbox of one's own are what the script makes of them, and small."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import boathouse
import numpy as np
import pytest

from bimplus_nb.client import connect
from bimplus_nb.sandbox import Sandbox


def test_the_ifc_file_is_as_it_is_drawn(tmp_path: Path) -> None:
    pytest.importorskip("ifcopenshell", reason='needs ifcopenshell: pip install "bimplus-nb[ifc]"')
    again = tmp_path / boathouse.IFC.name
    boathouse.write_ifc(again)
    # The header names the version of ifcopenshell that wrote it.
    old, new = (path.read_text().partition("DATA;")[2] for path in (boathouse.IFC, again))
    assert old == new, "python tests/boathouse.py writes it again"


def test_every_part_is_closed_and_stands_in_one_storey() -> None:
    parts = list(boathouse.parts())
    assert len({part.name for part in parts}) == len(parts)
    assert all(body.volume > 0 for part in parts for body, _ in part.bodies)
    assert sum(part.material is None for part in parts) == 4


def test_the_kept_file_holds_what_the_ifc_file_does(tmp_path: Path) -> None:
    pytest.importorskip("ifcopenshell", reason='needs ifcopenshell: pip install "bimplus-nb[ifc]"')

    def told(sandbox: Sandbox) -> tuple[list[str], Any, Any]:
        with connect(sandbox) as client:
            project = client.project(boathouse.NAME)
            names = [str(one["name"]) for one in client.projects.everywhere()]
            return names, project.objects(), project.mesh(progress=False)

    with Sandbox(path=shutil.copy(boathouse.KEPT, tmp_path)) as kept, Sandbox(demo=False) as fresh:
        fresh.import_ifc(boathouse.IFC, project=boathouse.NAME)
        (names, objects, mesh), (_, imported, drawn) = told(kept), told(fresh)
    assert names == [boathouse.NAME]
    assert objects.equals(imported)
    assert mesh.ids == drawn.ids
    assert np.array_equal(mesh.vertices, drawn.vertices)
    assert np.isclose(objects["volume_m3"].sum(), mesh.volume.sum() / 1e9)


def test_they_are_small() -> None:
    assert boathouse.KEPT.stat().st_size < 300_000
    assert boathouse.IFC.stat().st_size < 100_000
