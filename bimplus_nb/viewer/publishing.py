"""A view as a page of its own."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bimplus_nb.text import plain
from bimplus_nb.viewer import groups as sorting
from bimplus_nb.viewer.alone import Html, page
from bimplus_nb.viewer.exporting import Exporting
from bimplus_nb.viewer.labelling import Labelling
from bimplus_nb.viewer.page import cut_planes, light_uniforms, light_voxels, thinned
from bimplus_nb.viewer.palette import calm
from bimplus_nb.viewer.parcel import chunks, lines
from bimplus_nb.viewer.pins import Pinning
from bimplus_nb.viewer.storeys import ranks

_COLUMNS = ("type", "storey", "layer")


class Publishing(Exporting, Pinning, Labelling):
    """The part of `Viewer` that makes a page of itself."""

    def to_html(self, path: str | Path | None = None) -> Html:
        """The view as one page that a browser shows from the disk, without a kernel, a network or a sign-in.

        One can turn and zoom, select, hide, isolate and see through, read what things are, cut, and use the legend, the
        tree and the cube, beginning with what is seen now. Python's part is missing: callbacks, colours by other
        values, exact measurements, objects that were left out. It holds the geometry, names, types, storeys, layers and
        ids of what is drawn, and pins and labels that are shown; whoever has the file has those.

        `path`: a file to write it to as well. Its size is 100 to 400 bytes an object and 0.9 MB.
        """
        self._load()
        made = page(self._published(), title=self._title or "Building", words=self._line)
        if path is not None:
            Path(path).write_text(made, encoding="utf-8")
        return made

    def _published(self) -> dict[str, Any]:
        building, origin = self._building, self._building.origin
        creases, light = self._decor.whole() if len(building) else ([], None)
        uniforms, rest = light_uniforms(light, origin), iter(creases)
        pins = self._tools.get("pins", {}).get("chosen", -1)
        tools = {name: self._tools[name] for name in ("labels", "tree") if name in self._tools}
        rank = ranks(self._storey_of(), building.bounds) if len(building) else np.empty(0, np.uint8)
        seams = self._seams(self._cuts) if self._cuts and len(building) else np.empty(0, np.float32)
        side: dict[str, Any] = {
            "words": self._words(),
            "notice": "",
            "legend": self._legend(),
            "theme": self._theme,
            "uniforms": thinned(uniforms) if self._thin else uniforms,
            "home": self._home(),
            "cuts": cut_planes(self._cuts, origin),
            "seams": seams.tobytes(),
            "storeys": rank[building.owner].tobytes() if rank.any() else b"",
            "lifted": self._lifted,
            "arriving": False,
            "texels": self._texels.values.tobytes(),
            "tools": {**tools, "pins": {"chosen": pins}},
            "pins": self._pinned or {},
            "camera": self._relative(self.camera) if self._camera or (self._page and self._page.side.camera) else {},
            **(light_voxels(light) if light else {"light": b"", "light_shape": [0, 0, 0]}),
        }
        parcels = []
        for one in building.instalments:
            made = chunks(one.batch, one.parts, origin)
            parcels.append({"chunks": made, "lines": lines([*itertools.islice(rest, len(made))])})
        return {"side": side, "parcels": parcels, "alone": self._stands_in()}

    def _stands_in(self) -> dict[str, Any]:
        """What page/alone/kernel.js knows of the objects."""
        building, looks, about = self._building, self._now, self._about()
        arrays: dict[str, NDArray[Any]] = {
            "visible": looks.visible,
            "ghost": looks.ghost,
            "selected": looks.selected,
            "asked": looks.asked,
            "room": looks.room,
            "colored": looks.colored,
            "spoken": looks.spoken_of,
            "color": looks.colors,
            "closed": building.closed,
            "base": calm(building.color)[:, :3],
            "owner": building.owner.astype(np.uint32),
        }
        names = [plain(name, 120) for name in about["name"].fillna("")]
        classes = self._coloring.classes if self._coloring else ()
        return {
            "looks": {name: values.tobytes() for name, values in arrays.items()},
            "about": {
                "ids": [plain(name) for name in building.ids],
                "names": names,
                "columns": {name: _coded(about[name]) for name in _COLUMNS},
            },
            "legend": [one.members.astype(np.uint32).tobytes() for one in classes],
            "groups": {kind: self._grouped(kind, about, names) for kind in sorting.kinds(about)} if len(names) else {},
        }

    def _grouped(self, kind: str, about: pd.DataFrame, names: list[str]) -> dict[str, Any]:
        """What the tree shows of one kind of groups; the objects of each in the order of their names."""
        building = self._building
        groups = sorting.grouped(about, kind, np.nan_to_num(building.bounds[:, 0, 1], posinf=0.0))
        inmost, place = np.empty(len(names), np.int64), np.empty(len(names), np.int64)
        for number, (start, end) in enumerate(zip(groups.start, groups.end, strict=True)):
            inmost[start:end] = number
        place[sorted(range(len(names)), key=lambda k: sorting.natural(names[k]))] = np.arange(len(names))
        order: NDArray[np.int64] = groups.order[np.lexsort((place[groups.order], inmost))]
        return {
            "order": order.astype(np.uint32).tobytes(),
            "start": groups.start.tolist(),
            "counts": (groups.end - groups.start).tolist(),
            "levels": groups.level.tolist(),
            "names": [name or f"No {groups.by[level]}" for name, level in zip(groups.names, groups.level, strict=True)],
            "colors": sorting.swatches(groups, building.owner, calm(building.color)),
        }


def _coded(values: pd.Series[Any]) -> dict[str, Any]:
    """The words of a column, and which of them each object has; 0 is none."""
    words, codes = [""], []
    known = {"": 0}
    for value in values.astype(object).where(values.notna(), "").tolist():
        word = plain(value, 120)
        if word not in known:
            known[word] = len(words)
            words.append(word)
        codes.append(known[word])
    return {"words": words, "codes": np.array(codes, np.uint32).tobytes()}
