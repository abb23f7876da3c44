"""IDS files: what somebody asks of a model, read as rules that tables can be held against.

The file is read by ifctester, the openBIM reference (buildingSMART IDS 1.0). It holds IFC files against the rules; here
these are the tables of a project, for what counts is what the service has. What the service does not tell cannot be
decided by them, and is never taken for passed: such a rule is "not checked", in words.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from xml.parsers.expat import ExpatError

import pandas as pd

from bimplus_nb.exchange.bounded import checked_xml
from bimplus_nb.exchange.facets import Tables, Untold, held
from bimplus_nb.frames.members import Members
from bimplus_nb.text import plain

_FILE: Final = 16 << 20
_STATUS: Final = ("fails", "not checked", "passes")
_VERDICTS: Final = ("Fails", "Passes")
_COLORS: Final = {"Fails": "#d33f2f", "Passes": "#2cad82"}


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
        tables = Tables(objects, properties)
        rows: list[tuple[Any, ...]] = []
        verdicts: list[pd.DataFrame] = []
        for name, one in self._specifications.items():
            usage = str(one.get_usage())
            try:
                why = held(one, usage, tables)
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
