"""What there is, listed beside the picture: storeys, types, layers, models."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.text import plain
from bimplus_nb.viewer import groups as sorting
from bimplus_nb.viewer.building import Arrival
from bimplus_nb.viewer.groups import WITHIN, Groups
from bimplus_nb.viewer.palette import calm
from bimplus_nb.viewer.showing import Showing

Loader: TypeAlias = Callable[[], Iterable[Arrival]]

_PAGE: Final = 200
"""Objects of a group that are sent at once."""

_NOT_SEEN: Final[NDArray[np.uint8]] = np.empty(0, np.uint8)


class Listing(Showing):
    """The part of `Viewer` that lists what there is, group by group."""

    _more: dict[str, Loader]
    _groups: Groups | None = None
    _swatches: Sequence[str] = ()
    _group_number = 0  # of `_groups`: what a page says of others comes too late
    _looked = _NOT_SEEN  # of each object, when the page was last told
    _members: tuple[int, int, NDArray[np.int64]] = (0, 0, np.empty(0, np.int64))

    def tree(self, by: str | None = "storey") -> None:
        """List the objects at the left of the picture by "storey", "type", "layer", "model" or "material"; by None,
        put the list away."""
        if by is not None and by not in WITHIN:
            raise ValueError(f"by must be one of {', '.join(WITHIN)}, or None; not {plain(by, 60)!r}")
        self._tell("tree", {"by": by})

    @property
    def more(self) -> tuple[str, ...]:
        """What is not loaded, such as other layers of the project; `add` takes these names."""
        return tuple(self._more)

    @property
    def _tree_by(self) -> str | None:
        by: str | None = self._tools.get("tree", {}).get("by")
        return by

    def _show(self, texels: NDArray[np.uint32] | None = None, *, grown: bool = False) -> None:
        super()._show(texels, grown=grown)
        if self._page and self._groups and self._tree_by and len(self._groups.order) == len(self._building):
            looked = self._look_of_each()
            if not np.array_equal(looked, self._looked):
                self._looked = looked
                self._page.side.tell({"type": "seen", "number": self._group_number}, self._seen(self._groups))

    def _look_of_each(self) -> NDArray[np.uint8]:
        """(o,): whatever a change of would change the list."""
        looks = self._now
        flags = (looks.shown, looks.visible, looks.selected, looks.there, self._building.drawn)
        return np.packbits(np.column_stack(flags), axis=1).ravel()

    def _seen(self, groups: Groups) -> NDArray[np.uint8]:
        return sorting.seen(groups, self._now, self._building.drawn)

    def _list(self) -> None:
        """Give the page the groups that it shows."""
        asked = self._tree_by
        if not self._page or not asked:
            return
        self._load()
        about, building = self._about(), self._building
        kinds = sorting.kinds(about)
        by = asked if asked in kinds else kinds[0]
        groups = self._groups
        if groups is None or groups.by[0] != by or len(groups.order) != len(building):
            groups = self._groups = sorting.grouped(about, by, np.nan_to_num(building.bounds[:, 0, 1], posinf=0.0))
            self._swatches = sorting.swatches(groups, building.owner, calm(building.color))
            self._group_number += 1
        self._looked = self._look_of_each()
        listed = {
            "number": self._group_number,
            "by": by,
            "kinds": kinds,
            "levels": groups.level.tolist(),
            "names": [name or f"No {groups.by[level]}" for name, level in zip(groups.names, groups.level, strict=True)],
            "counts": (groups.end - groups.start).tolist(),
            "colors": self._swatches,
            "more": [plain(name, 120) for name in self._more],
        }
        self._page.side.tell({"type": "groups", **listed}, self._seen(groups))

    # --- what a person does on the page -----------------------------------------------------------------------------

    def _on_tree(self, message: dict[str, Any]) -> None:
        """The list is opened, sorted otherwise, or (by null) put away."""
        by = message.get("by")
        if by is None or isinstance(by, str):
            self.tree(by)
            self._list()

    def _on_groups(self, _: object) -> None:
        """A page that shows the list asks for it."""
        self._list()

    def _on_members(self, message: dict[str, Any]) -> None:
        """A page asks for objects of a group, from the `first` on."""
        group, first = self._group_of(message), message.get("first")
        if group is None or type(first) is not int or first < 0 or not self._page or not self._groups:
            return
        about, building, rows = self._about(), self._building, self._by_name(self._groups, group)
        some = rows[first : first + _PAGE]
        names = [
            plain(name, 120) or building.ids[row]
            for name, row in zip(about["name"].fillna("").iloc[some], some.tolist(), strict=True)
        ]
        part = np.full(len(building), -1)
        part[building.owner[::-1]] = np.arange(len(building.owner))[::-1]
        said = zip(names, some.tolist(), part[some].tolist(), (~building.drawn[some]).tolist(), strict=True)
        told = {"number": self._group_number, "group": group, "first": first, "rows": [list(row) for row in said]}
        self._page.side.tell({"type": "members", **told})

    def _by_name(self, groups: Groups, group: int) -> NDArray[np.int64]:
        """The rows of a group in the order of their names."""
        number, of, rows = self._members
        if (number, of) != (self._group_number, group):
            rows = groups.rows(group)
            names = self._about()["name"].fillna("").iloc[rows].astype(str).tolist()
            rows = rows[sorted(range(len(rows)), key=lambda k: sorting.natural(names[k]))]
            self._members = (self._group_number, group, rows)
        return rows

    def _on_group(self, message: dict[str, Any]) -> None:
        """Something is done to a group, or to one object of it."""
        do, row, group = message.get("do"), message.get("object"), self._group_of(message)
        if do == "all":
            self.show()
        if group is None or not self._groups or not isinstance(do, str):
            return
        rows = self._groups.rows(group)
        if row is not None:
            rows = rows[rows == row] if type(row) is int else rows[:0]
        if len(rows) and do in _DOINGS:
            which = np.zeros(len(self._building), bool)
            which[rows] = True
            _DOINGS[do](self, which)

    def _group_of(self, message: dict[str, Any]) -> int | None:
        """The group that a page means, if it is one of those that are shown."""
        group, number, groups = message.get("group"), message.get("number"), self._groups
        if groups is None or number is True or number != self._group_number or len(groups.order) != len(self._building):
            return None
        return group if type(group) is int and 0 <= group < len(groups) else None

    def _eye(self, which: NDArray[np.bool_]) -> None:
        """Show what is not shown of these, or hide them if there is nothing to show. Rooms alone are asked for."""
        looks, there = self._now, which & self._now.there
        every = there.any() and (looks.visible & ~looks.ghost)[there].all()
        (self.hide if every else self.show)(self._ids(which))

    def _alone(self, which: NDArray[np.bool_]) -> None:
        """Isolate these; everything, if they are alone already."""
        looks = self._now
        if (looks.visible == which).all() and not looks.ghost[which].any():
            self.show()
        else:
            self.isolate(self._ids(which))

    def _ghost(self, which: NDArray[np.bool_]) -> None:
        """See through these, or not any longer."""
        looks, through = self._now, which & ~self._now.room
        if (looks.ghost & looks.visible)[through].all():
            self.show(self._ids(through))
        else:
            self._now.visible[through] = True
            self.xray(self._ids(through))

    def _add_chosen(self, which: NDArray[np.bool_]) -> None:
        """Select these as well; not any longer, if they are selected already."""
        chosen = self._now.selected
        self.select(self._ids(chosen & ~which if chosen[which].all() else chosen | which))


_DOINGS: Final[dict[str, Callable[[Listing, NDArray[np.bool_]], None]]] = {
    "eye": Listing._eye,
    "ghost": Listing._ghost,
    "isolate": Listing._alone,
    "select": lambda viewer, which: viewer.select(viewer._ids(which)),
    "add": Listing._add_chosen,
    "show": lambda viewer, which: viewer.show(viewer._ids(which)),
}
