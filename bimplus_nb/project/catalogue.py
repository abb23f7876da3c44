"""`Catalogue`: what a project's attributes and units are, asked once and kept."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from bimplus_nb import frames
from bimplus_nb.api import Api
from bimplus_nb.api.parallel import side_by_side
from bimplus_nb.errors import ApiError
from bimplus_nb.frames.attributes import Definition, Definitions, group_names, of_catalogue
from bimplus_nb.frames.units import Units
from bimplus_nb.frames.values import pick
from bimplus_nb.progress import Report, progress_bar
from bimplus_nb.project.parts import chosen
from bimplus_nb.records import Record

T = TypeVar("T")
Describe = Callable[[Sequence[str]], list[Record]]

DEFAULT_TEMPLATE = "0149c4a8-4e84-4c40-bfdd-5dd63b109266"
"""The project attribute template that every team has (Bimplus documentation, Project Attribute Template Service)."""

_SAMPLES = 24
_NOT_HERE = {400, 403, 404, 405, 410, 501}


class Catalogue:
    """The units, attributes and attribute groups that a project's objects use, and what tells its attributes apart."""

    def __init__(self, api: Api, project_id: str) -> None:
        self.api = api
        self.id = project_id
        self._lock = threading.RLock()
        self._kept: dict[object, Any] = {}

    def reload(self) -> None:
        """Ask the service anew from now on."""
        with self._lock:
            self._kept.clear()

    def unit_records(self) -> Sequence[Record]:
        return self._once("units", lambda: _or_nothing(lambda: self.api.units.all(scope="team")))

    def units(self) -> Units:
        self._together()
        return self._once("definitions of units", lambda: Units.of(self.unit_records()))

    def everything(self) -> list[Definition]:
        """The attributes that objects may have: the service's and the team's own."""
        return self._once("all", lambda: self._defined(self.api.attributes.all(scope="team")))

    def templates(self, name: str | None) -> list[Record]:
        """The attribute templates of a project attribute template by its name or id, by default of the team's default.

        Raises ValueError for one that is not there.
        """
        homes = self._once("homes", lambda: self.api.project_templates.all())
        names = {one.id: str(one.get("name") or one.id) for one in homes}
        if name is None:
            wanted = {one.id for one in homes if one.get("isDefault")} or {DEFAULT_TEMPLATE}
        else:
            asked = chosen(name, {*names, *names.values()}, "project attribute template") or set()
            wanted = {id_ for id_, title in names.items() if asked & {id_, title}}
        found = self._once("templates", lambda: self.api.attribute_templates.all())
        return [one for one in found if str(pick(one, "projectAttributeTemplate")) in wanted]

    def attributes(self) -> list[Definition]:
        """Those that objects of the project have; none where the service does not say."""
        self._together()
        return self._once("definitions", lambda: self._defined(self._used()))

    def groups(self) -> dict[str, str]:
        return self._once(
            "groups", lambda: group_names(_or_nothing(lambda: self.api.attribute_groups.all(scope="team")))
        )

    def definitions(self, objects: Sequence[Mapping[str, Any]], describe: Describe | None = None) -> Definitions:
        """What the plain values of these objects are, told by the project's attributes.

        With `describe`, which asks for objects in full, all is done to know: what the attributes do not tell, a few
        objects do, at most 24, and names that several attributes have are looked up among those of the objects' types.
        """
        everything = self.attributes()
        if not everything:
            return Definitions.described(describe(frames.samples(objects)[:_SAMPLES])) if describe else Definitions()
        if describe is None:
            return Definitions(everything)
        if rest := frames.samples(objects, Definitions(everything))[:_SAMPLES]:
            known = {each.identity for each in everything}
            found = Definitions.described(describe(rest))
            everything = [*everything, *(each for each in found if each.identity not in known)]
        several = frames.unclear(objects, Definitions(everything))
        ids = self._types() if several else {}
        types = sorted({key[0] for key in several} & {*ids})
        return Definitions(everything, dict(zip(types, side_by_side(self._of_type, types), strict=True)))

    def exact(self, attributes: Iterable[Definition], progress: Report) -> dict[str, tuple[Definition, dict[str, Any]]]:
        """All values of attributes that go by the same name, as they are now: attribute id -> it, and object id ->
        value. One request each; what the service does not answer for is left out."""
        wanted = [*{each.id.lower(): each for each in attributes if each.id}.values()]

        def values(each: Definition) -> dict[str, Any] | None:
            return self._once(("values", each.id.lower()), lambda: self._values(each.id))

        with progress_bar(progress if len(wanted) > 1 else False, "Properties") as report:
            found = side_by_side(values, wanted, report)
        return {each.id.lower(): (each, said) for each, said in zip(wanted, found, strict=True) if said is not None}

    def _values(self, attribute_id: str) -> dict[str, Any] | None:
        rows = _or_nothing(lambda: self.api.objects.attribute_values(self.id, attribute_id, children=True))
        found = {str(row["id"]).lower(): row["value"] for row in rows if row.get("id") and "value" in row}
        return found or None

    def _together(self) -> None:
        """Asks side by side for what tables need in any case."""
        asks: list[Callable[[], object]] = [self.unit_records, self.groups, self._used]
        with self._lock:
            if not {"units", "groups", "used"} <= self._kept.keys():
                side_by_side(lambda ask: ask(), asks)

    def _used(self, type_id: str | None = None) -> Sequence[Record]:
        key = "used" if type_id is None else ("used", type_id)
        return self._once(key, lambda: _or_nothing(lambda: self.api.attributes.of_project(self.id, type_id=type_id)))

    def _defined(self, records: Sequence[Record]) -> list[Definition]:
        return of_catalogue(records, self.groups())

    def _of_type(self, type_: str) -> list[Definition]:
        return self._defined(self._used(self._types()[type_]))

    def _types(self) -> dict[str, str]:
        """The id of each element type by its name in lower case."""
        records = self._once("types", lambda: _or_nothing(self.api.element_types.all))
        return {str(one.get("type")).lower(): one.id for one in records if one.get("id")}

    def _once(self, key: object, ask: Callable[[], T]) -> T:
        if key not in self._kept:
            self._kept[key] = ask()
        return self._kept[key]  # type: ignore[no-any-return]


def _or_nothing(ask: Callable[[], Sequence[Record]]) -> Sequence[Record]:
    """What the service answers; nothing where it has no such address or keeps it from this user."""
    try:
        return ask()
    except ApiError as error:
        if error.status not in _NOT_HERE:
            raise
        return []
