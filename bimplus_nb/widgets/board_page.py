"""`BoardPage`: the widget inside `IssueBoard` that draws it, what it is sent of issues, and what it may say of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import anywidget
import pandas as pd
import traitlets

from bimplus_nb import hearing
from bimplus_nb.text import plain
from bimplus_nb.widgets.pictures import MOST

_HERE: Final = Path(__file__).parent
_FIELDS: Final = ("name", "description", "type", "priority", "due", "responsible", "solution")
_LONG: Final = 20_000  # characters of a description or a comment


class BoardPage(anywidget.AnyWidget):
    """List, filters and details on the page, which filters by itself; what changes anything is asked of the kernel."""

    _esm = hearing.script() + "\n".join(
        (_HERE / name).read_text(encoding="utf-8") for name in ("board_parts.js", "board_issue.js", "board.js")
    )
    _css = (_HERE / "board.css").read_text(encoding="utf-8")

    table = traitlets.Dict(help="the issues by columns").tag(sync=True)
    chosen = traitlets.Unicode(help="id of the open issue, or empty").tag(sync=True)
    people: Any = traitlets.List(help="who may be responsible: id and name").tag(sync=True)
    choices = traitlets.Dict(help="the values of type and priority").tag(sync=True)
    why = traitlets.Unicode(help="why one may not write new issues; empty: one may").tag(sync=True)
    has_viewer = traitlets.Bool(help="whether there is a building to click on").tag(sync=True)
    height = traitlets.Int(help="CSS pixels").tag(sync=True)
    label = traitlets.Unicode(help="whose issues these are").tag(sync=True)


def table(frame: pd.DataFrame, me: str) -> dict[str, Any]:
    """The issues by columns, as a page reads them: texts, or numbers into a list of the texts there are."""
    mine = [
        me != "" and me in (author, *those)
        for author, those in zip(frame["author"], frame["responsibles"], strict=True)
    ]
    floors = pd.Series(frame["storeys"].explode().dropna().unique(), dtype=object)
    known = {name: number for number, name in enumerate(floors)}
    return {
        "ids": frame.index.tolist(),
        "numbers": frame["short_id"].fillna(0).astype(int).tolist(),
        "names": [plain(name, 200) for name in frame["name"].fillna("")],
        "tags": [plain(tag, 60) for tag in frame["tag"].fillna("")],
        **{name: _coded(frame[name]) for name in ("status", "priority", "type", "author", "responsible")},
        **{name: _dates(frame[name]) for name in ("created", "modified", "due")},
        "overdue": frame["overdue"].fillna(False).astype(int).tolist(),
        "mine": [int(one) for one in mine],
        "storeys": {
            "words": [plain(name, 80) for name in floors],
            "lists": [[known[name] for name in names] for names in frame["storeys"]],
        },
        **{name: frame[name].fillna(0).astype(int).tolist() for name in ("pins", "comments", "attachments")},
    }


def _coded(values: pd.Series[Any]) -> dict[str, Any]:
    codes, words = pd.factorize(values.astype(object))
    return {"codes": codes.tolist(), "words": [plain(word, 80) for word in words]}


def words(values: pd.Series[Any]) -> list[str]:
    """The values that a categorical column can have."""
    return [plain(word, 60) for word in values.cat.categories] if hasattr(values, "cat") else []


def _dates(values: pd.Series[Any]) -> list[str]:
    return [str(one) for one in values.dt.strftime("%Y-%m-%dT%H:%M:%SZ").fillna("")]


def text(value: object) -> str:
    """A text of several lines, each made safe."""
    if value is None or value is pd.NA or isinstance(value, float):
        return ""
    return "\n".join(plain(line, 2_000) for line in str(value)[:_LONG].splitlines())


def file(record: Mapping[str, Any]) -> list[Any]:
    size = record.get("size", record.get("fileSize"))
    kind = record.get("attachmentType")
    return [
        str(record.get("id")),
        plain(record.get("fileName") or record.get("name") or "file", 120),
        size if isinstance(size, int) else 0,
        str(kind).lower().startswith("thumbnail"),
    ]


def is_picture(record: Mapping[str, Any]) -> bool:
    """Whether it calls itself a picture and is small enough to be fetched for that."""
    _, name, size, view = file(record)
    return bool(size <= MOST) and (view or name.lower().endswith((".png", ".jpg", ".jpeg")))


def said(message: Mapping[str, Any], key: str) -> str:
    text = message.get(key)
    return text[:_LONG] if isinstance(text, str) else ""


def fields(message: Mapping[str, Any]) -> dict[str, Any]:
    """What a form says of an issue."""
    said = message.get("fields")
    fields = said if isinstance(said, Mapping) else {}
    return {key: text[:_LONG] for key in _FIELDS if isinstance(text := fields.get(key), str)}


def rows(frame: pd.DataFrame, *names: str) -> Iterable[tuple[Any, ...]]:
    columns = (frame[name].fillna("") for name in names)
    return zip(frame.index, *columns, strict=True)
