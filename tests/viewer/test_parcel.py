"""What travels to the page says what the batch said; read back here as page/chunks.js does."""

from __future__ import annotations

from typing import Any

import houses
import numpy as np
from numpy.typing import NDArray

from bimplus_nb.geometry.edges import chunk_creases, creases
from bimplus_nb.viewer.building import Arrival, Building
from bimplus_nb.viewer.parcel import Parcel


def summed(buffer: memoryview, kind: type[np.integer[Any]], size: int = 1) -> NDArray[Any]:
    steps = np.frombuffer(buffer, kind).reshape(-1, size)
    return np.cumsum(steps, axis=0, dtype=kind)


def test_a_parcel_says_what_the_batch_said() -> None:
    building = Building()
    for _ in building.add(Arrival(houses.house())):
        pass
    for mesh in (houses.house(at=(90_000, 0, 0)), houses.many(300)):
        for _ in building.add(Arrival(mesh)):
            pass
    assert len(building.instalments) == 3
    for one in building.instalments:
        parcel = Parcel(one, building.origin)
        assert len(parcel.chunks) == len(one.batch.chunks)
        for said, chunk in zip(parcel.chunks, one.batch.chunks, strict=True):
            assert (summed(said["positions"], np.int16, 3) == chunk.positions).all()
            for name, index in (("opaque", chunk.opaque), ("clear", chunk.clear)):
                assert (summed(said[name], np.uint16).ravel() == index).all()
            counts = np.frombuffer(said["counts"], np.uint16)
            part = np.repeat(np.frombuffer(said["parts"], np.uint32), counts)
            assert (part == one.parts[chunk.part.astype(int)]).all()
            assert said["at"] == (one.batch.origin - building.origin + chunk.center).tolist()
        parcel.add_lines(chunk_creases(creases(one.mesh), one.batch))
        for line, chunk in zip(parcel.lines, one.batch.chunks, strict=True):
            index = np.frombuffer(line["index"], np.uint16)
            assert index.max(initial=0) < len(chunk.positions)
            assert sum(indices for _, indices, _ in line["spans"]) == len(index)
        parcel.close()
