"""What an edited table would change in a project; shown first, then sent, and taken back if need be."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

import pandas as pd

from bimplus_nb.frames import Attribute
from bimplus_nb.frames.values import column
from bimplus_nb.frames.values import text as said_plainly
from bimplus_nb.progress import Report
from bimplus_nb.project.journal import Journal, Planned, State
from bimplus_nb.project.writing import Writing
from bimplus_nb.text import markup, plain

if TYPE_CHECKING:
    from bimplus_nb.viewer import Viewer

_ROWS: Final = 20
_LABELS: Final = 8
_REFUSED: Final = "#a5482d"
# In the words of a person who looks at the result.
_RESULT: Final[Mapping[State, str]] = {"begun": "not certain", "undoing": "not certain", "kept": "sent"}


class Proposed(ABC):
    """Changes that an edited table asks for, a row a value. Nothing is sent before `apply`.

    `path` is the journal's, from the moment `apply` begins. `ignored` names the columns of the table that are nothing
    of the service's and were left alone.
    """

    _noun: ClassVar[str]
    _left_alone: ClassVar[str]
    _columns: ClassVar[tuple[str, ...]]
    """Those that are shown."""

    def __init__(
        self,
        writing: Writing,
        plan: Sequence[Planned],
        problems: Sequence[str] = (),
        *,
        ignored: Iterable[str] = (),
        journal: Journal | None = None,
    ) -> None:
        self.ignored = tuple(ignored)
        self._writing = writing
        self._plan = tuple(plan)
        self._problems = tuple(problems) or ("",) * len(self._plan)
        self._journal = journal
        self._busy = threading.Lock()

    def __len__(self) -> int:
        return len(self._plan)

    @property
    def path(self) -> Path | None:
        """Where the journal is; None before anything was sent."""
        return self._journal.path if self._journal else None

    @abstractmethod
    def frame(self) -> pd.DataFrame:
        """One row a value, with its problem ("" where there is none)."""

    def results(self) -> pd.DataFrame:
        """The same rows with what became of each, instead of the problem: result, and why.

        result: "sent", "refused", "not sent", "taken back", "not needed" (it said so already), or "not certain": the
        line or the process died between question and answer; `apply` or `undo` again finds out.
        """
        frame = self.frame().drop(columns="problem")
        said = self._said()
        frame["result"] = pd.Categorical([result for result, _ in said])
        frame["why"] = pd.array([why for _, why in said], dtype="str")
        return frame

    def apply(self, *, progress: Report = True, folder: str | PathLike[str] | None = None) -> pd.DataFrame:
        """Send what is not refused, and see `results`.

        Things are written side by side. Each is looked at once more before it is written, and refused where somebody
        else has changed it meanwhile; each is looked at after it, so that "sent" means that it is there. What the
        service refuses is a row of the result. What stops everything (an interrupt, no connection, a sign-in that
        ended) is raised when what is under way has ended: `results` knows what was sent, and another `apply` goes on
        from there. `folder`: for the journal; by default the user's own state folder, or $BIMPLUS_JOURNALS. `progress`
        as in `Project`.

        Raises JournalError, before anything is sent, where the journal cannot be written or others write by it.
        """
        with self._busy:
            sound = [one for one, why in zip(self._plan, self._problems, strict=True) if not why]
            if self._journal is None and sound:
                self._journal = self._writing.journal(sound, folder)
            if self._journal is not None:
                self._writing.forth(self._journal, progress)
        return self.results()

    def undo(self, *, progress: Report = True) -> pd.DataFrame:
        """Take back what was sent, and see `results`: what was absent is absent again.

        A value that somebody else has changed since is theirs and stays: its result is "sent" and why. Ends as `apply`
        does, and another `undo` goes on from there.
        """
        with self._busy:
            if self._journal is not None:
                self._writing.back(self._journal, progress)
        return self.results()

    def _said(self) -> list[tuple[str, str]]:
        """What became of each row, in words, and why."""
        entries = iter(self._journal.entries if self._journal else ())
        said = []
        for problem in self._problems:
            entry = None if problem else next(entries, None)
            if problem:
                said.append(("refused", problem))
            elif entry is None:
                said.append(("not sent", ""))
            else:
                said.append((_RESULT.get(entry.state, entry.state), entry.why))
        return said

    def _words(self) -> str:
        things = len({one.object_id for one in self._plan})
        if not self._plan:
            words = "No changes"
        else:
            words = f"{_counted(len(self._plan), 'change')} of {_counted(things, self._noun)}"
        counts = Counter(result for result, _ in self._said())
        if self._journal is None:
            if counts["refused"]:
                words += f", {counts['refused']:,} refused"
            words += ". Nothing is sent yet" if self._plan else ""
        else:
            words += ": " + ", ".join(f"{count:,} {result}" for result, count in counts.most_common())
        if self.ignored:
            words += f". {self._left_alone}: {', '.join(plain(name, 40) for name in self.ignored[:8])}"
        return words

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self._words()}>"

    def _repr_html_(self) -> str:
        table = self.results() if self._journal else self.frame().rename(columns={"problem": "why"})
        also = ["result"] * bool(self._journal) + ["why"] * bool((table["why"] != "").any())
        columns = [*self._columns, *also]
        table = table.sort_values("why", key=lambda why: why == "", kind="stable")[columns]
        head = "".join(f"<th style='text-align:left'>{name}</th>" for name in columns)
        body = "".join(
            f"<tr>{''.join(_td(value) for value in row)}</tr>" for row in table.head(_ROWS).itertuples(index=False)
        )
        rest = len(table) - _ROWS
        more = f"<div>… and {rest:,} more: .frame() has all</div>" if rest > 0 else ""
        place = f"<div>Journal: <code>{markup(self.path)}</code></div>" if self.path else ""
        shown = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if self._plan else ""
        return f"<div><strong>{markup(self._words(), 500)}</strong></div>{shown}{more}{place}"


class Changes(Proposed):
    """What an edited table would change, a row a value: object_id, name, attribute_id, attribute, old, new, unit, and
    the problem of one that is refused. Nothing is sent before `apply`.

    Made by `Project.diff`. `path` is the journal's, from the moment `apply` begins. `ignored` names the columns of the
    table that are no attributes and were left alone.
    """

    _noun = "object"
    _left_alone = "Not attributes, left alone"
    _columns = ("name", "attribute", "old", "new", "unit")

    @property
    def object_ids(self) -> pd.Index[Any]:
        """The objects that would change, each once: ``viewer.select(changes.object_ids)``."""
        ids = dict.fromkeys(one.object_id for one, why in zip(self._plan, self._problems, strict=True) if not why)
        return pd.Index(list(ids), name="id", dtype="str")

    def frame(self) -> pd.DataFrame:
        """One row a value: object_id, name, attribute_id, attribute, old, new, unit, problem ("" where there is none).

        `old` and `new` hold Python values as the attribute's type says, missing where there is none.
        """
        index = pd.RangeIndex(len(self._plan))
        readers = [Attribute(one.attribute_id, one.attribute, "", type=one.type) for one in self._plan]

        def values(which: str) -> pd.Series[Any]:
            said = [reader.read(getattr(one, which)) for reader, one in zip(readers, self._plan, strict=True)]
            return pd.Series(said, index=index, dtype=object)

        return pd.DataFrame(
            {
                "object_id": texts(one.object_id for one in self._plan),
                "name": texts(one.name for one in self._plan),
                "attribute_id": texts(one.attribute_id for one in self._plan),
                "attribute": pd.Categorical([one.attribute for one in self._plan]),
                "old": values("old"),
                "new": values("new"),
                "unit": pd.Categorical([one.unit or None for one in self._plan]),
                "problem": texts(self._problems),
            },
            index=index,
        )

    def color(self, viewer: Viewer) -> None:
        """Colour in a viewer what would change, by attribute, and afterwards by what became of it."""
        labels: dict[str, list[str]] = {}
        per_object: dict[str, set[str]] = {}
        said = self._said()
        for one, why, (result, _) in zip(self._plan, self._problems, said, strict=True):
            label = "refused" if why else result if self._journal else one.attribute
            per_object.setdefault(one.object_id, set()).add(label)
        for object_id, all_of_it in per_object.items():
            label = next(iter(all_of_it)) if len(all_of_it) == 1 else "several"
            labels.setdefault(plain(label, 60), []).append(object_id)
        drawn = self._writing.things.known()
        rules = {label: [id_ for id_ in ids if id_.lower() in drawn] for label, ids in labels.items()}
        if len(rules) > _LABELS:
            rules = {"changes": [id_ for ids in rules.values() for id_ in ids]}
        if "refused" in rules:
            rules["refused"] = rules.pop("refused")  # last in the legend
        viewer.color_by(rules=rules, title="Changes", palette={"refused": _REFUSED})


def texts(values: Iterable[str]) -> Any:
    """A column of texts, none of them missing."""
    return pd.array([said_plainly(value) or "" for value in values], dtype="str")


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _td(value: Any) -> str:
    shown = "" if value is None or value is pd.NaT or value != value else value
    return f"<td dir='auto' style='text-align:left'>{markup(shown, 80)}</td>"


def journals_frame(found: Sequence[tuple[Path, Journal | str]]) -> pd.DataFrame:
    """One row a journal, index its file's name: what, created, changes, how many of these came how far, path,
    problem."""
    index = pd.Index([path.name for path, _ in found], name="journal", dtype="str")
    read = [None if isinstance(journal, str) else journal for _, journal in found]
    counts = [Counter(_RESULT.get(e.state, e.state) for e in journal.entries) if journal else {} for journal in read]
    results = ("sent", "taken back", "refused", "not needed", "not certain", "not sent")
    columns: dict[str, Any] = {
        "what": column([journal.what if journal else None for journal in read], "category", index=index),
        "created": column([journal.created if journal else None for journal in read], "date", index=index),
        "changes": column([len(journal.plan) if journal else None for journal in read], "integer", index=index),
        **{
            result.replace(" ", "_"): column([count.get(result, 0) for count in counts], "integer", index=index)
            for result in results
        },
        "path": column([str(path) for path, _ in found], "text", index=index),
        "problem": column([journal if isinstance(journal, str) else None for _, journal in found], "text", index=index),
    }
    return pd.DataFrame(columns, index=index)
