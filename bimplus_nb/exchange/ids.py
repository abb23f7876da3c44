"""IDS files: what somebody asks of a model, read as rules that tables can be held against.

The file is read by ifctester, the openBIM reference (buildingSMART IDS 1.0). It holds IFC files against the rules; here
these are the tables of a project, for what counts is what the service has. What the service does not tell cannot be
decided by them, and is never taken for passed: such a rule is "not checked", in words.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TypeAlias
from xml.parsers.expat import ExpatError

import pandas as pd

from bimplus_nb.exchange.bounded import checked_xml
from bimplus_nb.frames.members import Members
from bimplus_nb.text import plain

_FILE: Final = 16 << 20
_STATUS: Final = ("fails", "not checked", "passes")
_VERDICTS: Final = ("Fails", "Passes")
_COLORS: Final = {"Fails": "#d33f2f", "Passes": "#2cad82"}
_SAME: Final = 1e-6  # IDS 1.0: how far apart equal numbers may be

# Kinds of values by the IFC types that an IDS names; the service's own types do not tell a label from a text.
_TEXT: Final = {"IFCLABEL", "IFCTEXT", "IFCIDENTIFIER", "IFCDATE", "IFCDATETIME", "IFCTIME", "IFCDURATION"}
_TRUTH: Final = {"IFCBOOLEAN", "IFCLOGICAL"}
_COUNT: Final = {"IFCINTEGER", "IFCCOUNTMEASURE"}

Said: TypeAlias = "pd.Series[Any]"
"""By object id, why a rule is not kept; "" where it is."""


class Untold(Exception):
    """What would have to be known to decide a rule, and is not told."""


class Audit(pd.DataFrame):
    """One row a specification; `verdicts` has one row a specification and object that it speaks of.

    Rows stand for what fails: ``viewer.select(audit.loc["Walls have a rating"])``.
    """

    _metadata = ["verdicts"]
    verdicts: pd.DataFrame

    @property
    def _constructor(self) -> type[Audit]:
        return Audit

    def failing(self, specification: str) -> pd.DataFrame:
        """What breaks one of them, index id: why. For ``bp.check(project, name, audit.failing(name))``."""
        its = self._of(specification)
        return its.loc[its["why"] != "", ["why"]]

    def verdict(self, specification: str) -> pd.Series[Any]:
        """ "Fails" or "Passes" by object, in red and green: ``viewer.color_by(audit.verdict(name))``."""
        its = self._of(specification)
        words = its["why"].eq("").map({True: "Passes", False: "Fails"})
        verdict = pd.Series(pd.Categorical(words, _VERDICTS, ordered=True), index=its.index, name=specification)
        verdict.attrs = {"colors": {specification: dict(_COLORS)}}
        return verdict

    def _of(self, specification: str) -> pd.DataFrame:
        if specification not in self.index:
            known = ", ".join(repr(plain(name, 60)) for name in self.index[:20])
            raise ValueError(f"There is no specification {plain(specification, 60)!r}. There are: {known or 'none'}.")
        its = self.verdicts[self.verdicts["specification"] == specification]
        return its.drop(columns="specification").set_index("object_id").rename_axis("id")


class Specifications:
    """The specifications of an IDS file. Made by `read_ids`."""

    def __init__(self, said: Any) -> None:
        self.title = plain(said.info.get("title"), 200)
        self._specifications: dict[str, Any] = {}
        for one in said.specifications:
            name = wanted = plain(one.name, 200) or "Unnamed"
            number = 1
            while name in self._specifications:
                number += 1
                name = f"{wanted} ({number})"
            self._specifications[name] = one

    def __len__(self) -> int:
        return len(self._specifications)

    def __iter__(self) -> Iterator[str]:
        return iter(self._specifications)

    def __repr__(self) -> str:
        return f"<IDS {self.title!r}: {', '.join(plain(name, 60) for name in [*self][:12]) or 'no specification'}>"

    def audit(self, objects: pd.DataFrame, properties: pd.DataFrame) -> Audit:
        """What tables as from ``project.objects()`` and ``project.properties()`` say to each specification.

        Columns: usage (required, optional, prohibited), status ("fails", "not checked", "passes"), applicable and
        failing (how many objects), why.

        Classes, names, GUIDs, materials and properties are decided, numbers in SI units; other attributes where the
        group IFC tells them. Classifications and parts are not told by the service. Of data types it is the kind that
        counts (text, number, whole number, yes or no), as the service knows no others.
        """
        tables = _Tables(objects, properties)
        rows: list[tuple[Any, ...]] = []
        verdicts: list[pd.DataFrame] = []
        for name, one in self._specifications.items():
            usage = str(one.get_usage())
            try:
                why = _held(one, usage, tables)
            except Untold as untold:
                rows.append((name, usage, "not checked", None, None, str(untold)))
                continue
            failing = why[why != ""]
            words = next(iter(failing), "")
            if usage == "required" and why.empty:
                words = "there is nothing that it speaks of"
            rows.append((name, usage, "fails" if words else "passes", len(why), len(failing), words))
            verdicts.append(pd.DataFrame({"specification": name, "object_id": why.index, "why": why.to_numpy()}))
        return _audit(rows, verdicts)


def read_ids(file: str | os.PathLike[str] | bytes) -> Specifications:
    """The specifications of an IDS file, or of its bytes. Needs the extra `ids`.

    Raises ValueError where it is no IDS file, or could be an attack: a document type, more than fits.
    """
    from ifctester import ids
    from xmlschema import XMLSchemaException

    name = "The IDS file" if isinstance(file, bytes) else plain(os.fspath(file), 200)
    content = file if isinstance(file, bytes) else Path(file).read_bytes()
    try:
        if len(content) > _FILE:
            raise ValueError(f"it has more than {_FILE >> 20} MB")
        checked_xml(content)
        text = content.decode("utf-8-sig")
        ids.get_schema().validate(text)  # of the text, as an element tree has lost its prefixes
        return Specifications(ids.from_string(text))
    except XMLSchemaException as error:
        reason = getattr(error, "reason", None) or "it does not keep to IDS 1.0"
        raise ValueError(f"{name} is not read: {plain(reason, 300).rstrip('.')}.") from None
    except (ValueError, KeyError, TypeError, AttributeError, LookupError, ExpatError) as error:
        raise ValueError(f"{name} is not read: {plain(error, 300)}.") from None


def _audit(rows: list[tuple[Any, ...]], verdicts: list[pd.DataFrame]) -> Audit:
    columns = ["specification", "usage", "status", "applicable", "failing", "why"]
    frame = Audit(pd.DataFrame(rows, columns=columns).set_index("specification"))
    frame.index = frame.index.astype("str")
    frame["status"] = pd.Categorical(frame["status"], _STATUS, ordered=True)
    for name in ("usage", "why"):
        frame[name] = frame[name].astype("str")
    for name in ("applicable", "failing"):
        frame[name] = frame[name].astype("Int64")
    empty = pd.DataFrame({"specification": [], "object_id": [], "why": []})
    frame.verdicts = pd.concat(verdicts or [empty], ignore_index=True).astype("str")
    broken = frame.verdicts[frame.verdicts["why"] != ""].groupby("specification")["object_id"].agg(tuple)
    frame.attrs = {"object_ids": Members.of(frame.index, [broken.get(name, ()) for name in frame.index])}
    return frame


class _Tables:
    """What is told of the objects."""

    def __init__(self, objects: pd.DataFrame, properties: pd.DataFrame) -> None:
        self.objects = objects
        told = properties["value"].notna() & (properties["value"].astype(object) != "")
        self.properties = properties[told & properties["object_id"].isin(objects.index)]
        self.sizes: Mapping[str, Any] = properties.attrs.get("unit_definitions", {})

    def none(self) -> Said:
        return pd.Series("", index=self.objects.index, dtype=object)

    def attribute(self, name: str) -> pd.Series[Any]:
        """The values of an attribute that IFC has beside its properties. Raises Untold."""
        known = {"Name": "name", "GlobalId": "guid"}
        if name in known:
            return self.objects[known[name]].astype(object)
        if (told := self._told("IFC", name)) is None:
            raise Untold(f"the service does not tell the attribute {plain(name, 60)}")
        return told

    def materials(self) -> pd.Series[Any]:
        """What objects are made of, by the attribute for that and not by any other of its name."""
        told = self._told("element", "material")
        return self.objects["material"].astype(object) if told is None else told

    def _told(self, group: str, name: str) -> pd.Series[Any] | None:
        rows = self.properties[(self.properties["group"] == group) & (self.properties["name"] == name)]
        if rows.empty:
            return None
        return rows.drop_duplicates("object_id").set_index("object_id")["value"].reindex(self.objects.index)

    def classes(self) -> pd.Series[Any]:
        """IFC classes in capitals; the exact one where it is told."""
        of_type = self.objects["ifc_type"].astype(object)
        with suppress(Untold):
            of_type = self.attribute("Class").fillna(of_type)
        return of_type.fillna("").str.upper()

    def in_si(self, value: Any, unit: Any) -> Any:
        """A number in the unit that the service's base units give."""
        number = isinstance(value, int | float) and not isinstance(value, bool)
        size = self.sizes.get(unit) if number and isinstance(unit, str) else None
        return value if size is None else value * size[0]


def _held(one: Any, usage: str, tables: _Tables) -> Said:
    """Of each object that a specification speaks of, why it does not keep it."""
    applies = pd.Series(True, index=tables.objects.index)
    for facet in one.applicability:
        applies &= _facet(facet, tables).eq("")
    if usage == "prohibited":
        return tables.none()[applies].replace("", "there must be no such thing")
    why = tables.none()
    for facet in one.requirements:
        said = _facet(facet, tables)
        why = why.where(why != "", said)
    return why[applies]


def _facet(facet: Any, tables: _Tables) -> Said:
    """Of each object why it is not as a facet has it."""
    decide = _FACETS.get(type(facet).__name__)
    if decide is None:
        raise Untold(f"the service does not tell what a facet {type(facet).__name__} asks for")
    said = decide(facet, tables)
    if getattr(facet, "cardinality", "required") == "prohibited":
        return said.eq("").map({True: "it has what it must not have", False: ""}).astype(object)
    return said


def _entity(facet: Any, tables: _Tables) -> Said:
    said = _unlike(tables.classes(), facet.name, "its class is")
    if facet.predefinedType:
        other = _unlike(tables.attribute("PredefinedType"), facet.predefinedType, "its predefined type is")
        said = said.where(said != "", other)
    return said


def _attribute(facet: Any, tables: _Tables) -> Said:
    if not isinstance(facet.name, str):
        raise Untold("a pattern of attribute names cannot be looked for")
    values = tables.attribute(facet.name)
    missing = values.isna() | values.eq("")
    said = _unlike(values, facet.value, f"its {plain(facet.name, 60)} is") if facet.value else tables.none()
    return said.mask(missing, f"it has no {plain(facet.name, 60)}")


def _material(facet: Any, tables: _Tables) -> Said:
    values = tables.materials()
    missing = values.isna() | values.eq("")
    said = tables.none()
    if facet.value:
        # Of what has layers, the service tells all materials in one text.
        good = values.fillna("").map(
            lambda text: any(_is(part, facet.value) for part in (text, *(each.strip() for each in text.split(";"))))
        )
        said = said.mask(~good, "its material is another")
    return said.mask(missing, "" if facet.cardinality == "optional" else "it has no material")


def _property(facet: Any, tables: _Tables) -> Said:
    everything = tables.properties
    groups = everything["group"].astype(object).map(lambda name: _is(name, facet.propertySet))
    sets = everything[groups.astype(bool)]
    rows = sets[sets["name"].astype(object).map(lambda name: _is(name, facet.baseName)).astype(bool)]
    what = f"{_words(facet.propertySet)}.{_words(facet.baseName)}"
    optional = facet.cardinality == "optional"
    # Each set that it has must have the property.
    index = tables.objects.index
    has = sets.groupby("object_id")["group"].nunique().reindex(index).fillna(0)
    whole = rows.groupby("object_id")["group"].nunique().reindex(index).fillna(0)
    said = tables.none()
    if facet.dataType:
        kind = _kind(str(facet.dataType).upper())
        other = rows.loc[~rows["type"].astype(object).map(kind).astype(bool), "object_id"]
        said[said.index.isin(other)] = f"{what} is no {plain(facet.dataType, 40)}"
    if facet.value:
        wrong = {
            id_: f"{what} is {plain(value, 60)}"
            for id_, value, unit in rows[["object_id", "value", "unit"]].itertuples(index=False)
            if not _is(tables.in_si(value, unit), facet.value)
        }
        found = pd.Series(wrong, dtype=object).reindex(index).fillna("")
        said = said.where(said != "", found)
    return said.mask((has == 0) | (whole < has), "" if optional else f"it has no {what}")


_FACETS: Final[dict[str, Callable[[Any, _Tables], Said]]] = {
    "Entity": _entity,
    "Attribute": _attribute,
    "Material": _material,
    "Property": _property,
}


def _kind(data_type: str) -> Callable[[Any], bool]:
    """Whether one of the service's types is of the kind of an IFC type."""
    if data_type in _TEXT:
        return lambda type_: type_ in ("string", "date", "datetime", "enum", "enumeration", "stringlist")
    if data_type in _TRUTH:
        return lambda type_: type_ in ("boolean", "bool")
    if data_type in _COUNT:
        return lambda type_: type_ in ("int", "integer")
    return lambda type_: type_ in ("double", "float", "int", "integer")


def _unlike(values: pd.Series[Any], wanted: Any, what: str) -> Said:
    """Why each value is not what is wanted, "" where it is."""
    return values.map(lambda value: "" if _is(value, wanted) else f"{what} {plain(value, 60)}").astype(object)


def _is(value: Any, wanted: Any) -> bool:
    """Whether a value is what a text or a restriction of an IDS says."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return False
    if not isinstance(wanted, str):
        return bool(wanted == value)  # ifctester's restriction decides
    if isinstance(value, bool):
        return wanted.lower() in (("true", "1") if value else ("false", "0"))
    if isinstance(value, int | float):
        try:
            return math.isclose(value, float(wanted), rel_tol=_SAME)
        except ValueError:
            return False
    return str(value) == wanted


def _words(wanted: Any) -> str:
    return plain(wanted, 60) if isinstance(wanted, str) else "(of a pattern)"
