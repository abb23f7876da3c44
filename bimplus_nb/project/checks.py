"""`check`: a rule about a building that keeps its own issue.

What is to be done follows from what fails and what there is (`plan`, pure); `Check.apply` does it step by step, and
begins by looking again. Whatever stops it, the next run goes on from there.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from bimplus_nb.api.parallel import side_by_side
from bimplus_nb.exchange.csv import to_csv
from bimplus_nb.frames.values import pick
from bimplus_nb.geometry.mesh import Mesh
from bimplus_nb.project.issues.acts import Due, People
from bimplus_nb.project.project import Project
from bimplus_nb.project.steps import Kept, Step, count, plan
from bimplus_nb.text import markup, plain

if TYPE_CHECKING:
    from bimplus_nb.viewer import Viewer
    from bimplus_nb.viewer.ids import Ids

RED: Final = "#d33f2f"
"""The colour of what fails, in the scene of the issue; by it a later run knows what failed before."""

PINS: Final = 20
_ABOUT: Final = ["name", "type", "storey", "layer"]


def check(
    project: Project,
    name: str,
    failing: Ids,
    *,
    description: str = "",
    priority: str = "Medium",
    responsible: People = None,
    due: Due = None,
    pins: int = PINS,
    key: str | None = None,
    viewer: Viewer | None = None,
    apply: bool = False,
) -> Check:
    """A rule, by the objects that break it.

    >>> objects = project.objects()
    >>> unrated = objects[(objects["type"] == "Door") & objects["fire_rating"].isna()]
    >>> bool(bp.check(project, "Fire doors are rated", unrated))
    False

    `failing`: a frame with object ids as its index (the worst first), such as some rows of ``project.objects()``, or
    ids. None of them means that the rule passes, and so does what comes back: it is true or false.

    With `apply`, or later by ``.apply()``, the project has one issue about it that is not closed:

    - something fails: it is opened, with pins on the first `pins` objects, a scene and a picture in which what fails is
      red and all else can be seen through, and the table of `failing` attached
    - something else fails than before: all that is brought up to date, and a comment says what has changed
    - nothing fails any more: it is commented and solved; it is opened again when something does
    - somebody closed it: that is their last word on it. If something fails, there will be a new one that names it.

    Nothing is written twice, and nothing without `apply`: until then the answer shows what would be. The issue is found
    by its tag, which is made of `key` (by default the name), so that it may be renamed; description, priority,
    responsible and due are those of a new one, and people may change them. Only the author of an issue may change it,
    so a check should always be run by the same user. With `viewer`, it shows what fails.

    Raises ValueError for what is no object of the project, and as ``project.issues`` does.
    """
    made = Check(project, name, failing, key=key or name, pins=pins, new={
        "description": description, "priority": priority, "responsible": responsible, "due": due,
    })  # fmt: skip
    if viewer is not None:
        viewer.apply(made.scene())
    return made.apply() if apply else made


class Check:
    """A rule, what breaks it, and what is to be done about its issue; true where it passes.

    `failing` is the table of what fails; `issue` the number of its issue, if there is one that is not closed, and `tag`
    its tag. `steps` is a table of what is to be done; `apply` does it. Made by `check`.
    """

    def __init__(self, project: Project, name: str, failing: Ids, *, key: str, pins: int, new: dict[str, Any]) -> None:
        if not name.strip():
            raise ValueError("a check must have a name")
        self.name = " ".join(name.split())
        self.failing = _table(project, failing)
        self.done = False
        self._project = project
        self._pins = pins
        self._new = new
        digest = blake2b(" ".join(key.casefold().split()).encode(), digest_size=6).hexdigest()
        self.tag = f"check {digest}"
        self._look()

    @property
    def passed(self) -> bool:
        """Whether nothing fails."""
        return self.failing.empty

    def __bool__(self) -> bool:
        return self.passed

    @property
    def steps(self) -> pd.DataFrame:
        """What is to be done, or was: one row a step, in this order: action, what, objects (how many)."""
        rows = [(step.action, step.words, len(step.ids)) for step in self._steps]
        return pd.DataFrame(rows, columns=["action", "what", "objects"]).astype({"action": "str", "what": "str"})

    def apply(self) -> Check:
        """Do it, after looking again at what there is. Stopped in the middle, another run goes on from there."""
        if not self.done:
            self._look()
            for step in self._steps:
                self._do(step)
            self.done = True
        return self

    def scene(self) -> dict[str, Any]:
        """What fails in red and all else to be seen through, as a scene of the service; for ``viewer.apply(…)``."""
        from bimplus_nb.viewer.camera import VIEWS, Camera
        from bimplus_nb.viewer.capture import View

        mesh, ids = self._mesh(), [str(id_) for id_ in self.failing.index]
        shown = {*ids}
        drawn = [id_ for id_ in ids if id_ in mesh]
        if not ids:
            return View().to_scene()
        camera = Camera.fitted(_around(mesh, drawn), VIEWS["iso"], 2.0) if len(mesh) else None
        rest = tuple(id_ for id_ in mesh.ids if id_ not in shown)
        return View(camera=camera, transparent=rest, colors={RED: tuple(ids)}).to_scene()

    # what there is ----------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        issues = self._project.issues()
        says = (issues["tag"] == self.tag) | issues["description"].fillna("").str.endswith(self._signature)
        mine = issues[says.fillna(False)].sort_values("short_id")
        closed = mine.loc[mine["status"] == "Closed", "short_id"].tolist()
        living = mine.index[mine["status"] != "Closed"]
        self._closed = int(closed[-1]) if closed else None
        self._kept = self._read(living[0]) if len(living) else None
        self.issue = None if self._kept is None else self._kept.number
        self._steps = plan(self.name, self.failing, self._kept, self._pinned(), self._new["priority"], self._closed)

    @property
    def _signature(self) -> str:
        """The last words of the description, in case that something does not keep the tag."""
        return f"[{self.tag}]"

    def _read(self, issue_id: str) -> Kept:
        from bimplus_nb.viewer.capture import View

        api = self._project.api
        record = api.issues.get(issue_id)
        pins, attached = side_by_side(lambda ask: ask(issue_id), [api.pins.of_issue, api.attachments.of_issue])
        return Kept(
            record,
            View.from_scene(pick(record, "scene")).colors.get(RED, ()),
            {str(pick(pin, "objectId")): pin.id for pin in pins},
            any(str(pick(one, "fileName", "name")).endswith(".csv") for one in attached),
        )

    def _mesh(self) -> Mesh:
        return self._project.mesh(progress=False)

    def _pinned(self) -> tuple[str, ...]:
        """What is to be pinned on: the worst objects that have a body."""
        if self.failing.empty:
            return ()
        mesh = self._mesh()
        return tuple(str(id_) for id_ in self.failing.index if id_ in mesh)[: self._pins]

    # what is done -----------------------------------------------------------------------------------------------------

    def _do(self, step: Step) -> None:
        issues = self._project.issues
        if step.action == "create":
            before = "" if self._closed is None else f"\n\nFailed before: issue {self._closed}, which is closed."
            text = f"{self._new['description']}{before}\n\nKept by a check. {self._signature}".strip()
            scene = self.scene()
            made = issues.create(
                self.name, type="Problem", tag=self.tag, view=scene, picture=self._picture(scene),
                **{**self._new, "description": text},
            )  # fmt: skip
            self._kept = self._read(made)
            self.issue = self._kept.number
            return
        assert self._kept is not None
        key, api = self._kept.record.id, self._project.api
        if step.action == "update":
            scene = self.scene()
            status = None if self._kept.status == "Open" else "Open"
            issues.update(key, status=status, view=scene, picture=self._picture(scene))
        elif step.action == "pin":
            mesh = self._mesh()
            places = dict(zip(mesh.ids, mesh.bounds.mean(axis=1).tolist(), strict=True))
            side_by_side(lambda id_: api.pins.create(key, object_id=id_, position=places[id_]), step.ids)
        elif step.action == "unpin":
            pins = self._kept.pins
            side_by_side(lambda id_: api.pins.delete(pins[id_]), step.ids)
        elif step.action == "attach":
            with tempfile.TemporaryDirectory() as folder:
                name = f"{_slug(self.name)} {datetime.now(UTC):%Y-%m-%d %H.%M}.csv"
                issues.attach(key, to_csv(self.failing, Path(folder) / name))
        elif step.action == "solve":
            issues.solve(key, step.words)
        else:
            issues.comment(key, step.words)

    def _picture(self, scene: dict[str, Any]) -> bytes | None:
        if not len(self._mesh()):
            return None
        viewer = self._project.view(progress=False)
        try:
            viewer.apply(scene)
            return bytes(viewer.screenshot())
        finally:
            viewer.close()

    # how it is shown --------------------------------------------------------------------------------------------------

    @property
    def _verdict(self) -> str:
        return "passes" if self.passed else count(len(self.failing))

    @property
    def _end(self) -> str:
        if self.done:
            return f"Done: issue {self.issue}." if self._steps else "Nothing was to be done."
        if not self._steps:
            return "Nothing is to be done." if self.issue is None else f"Nothing is to be done: issue {self.issue}."
        return "Nothing is written yet: apply() does this."

    def __repr__(self) -> str:
        lines = [f"  {step.action:8}{plain(step.words, 300)}" for step in self._steps]
        return "\n".join([f"<Check {plain(self.name, 80)!r}: {self._verdict}", *lines, f"  {self._end}>"])

    def _repr_html_(self) -> str:
        color = "#2e7d4f" if self.passed else RED
        rows = "".join(
            f"<tr><td style='text-align:left'>{step.action}</td>"
            f"<td dir='auto' style='text-align:left;white-space:pre-wrap'>{markup(step.words, 300)}</td></tr>"
            for step in self._steps
        )
        table = f"<table style='margin:6px 0'>{rows}</table>" if rows else ""
        return (
            f"<div><strong dir='auto'>{markup(self.name, 120)}</strong> "
            f"<span style='color:{color};font-weight:600'>{self._verdict}</span>{table}"
            f"<div style='opacity:.7'>{self._end}</div></div>"
        )


def _table(project: Project, failing: Ids) -> pd.DataFrame:
    """What fails, a row an object in the order given: what it is, and what the given table says of it."""
    from bimplus_nb.viewer.ids import named

    objects = project.objects(progress=False)
    ids = named(failing)
    if strange := [id_ for id_ in ids if id_ not in objects.index]:
        raise ValueError(
            f"{len(strange):,} of {len(ids):,} ids are not of this project's objects: {plain(strange[0], 60)}"
        )
    found = objects.loc[ids, _ABOUT]
    if isinstance(failing, pd.DataFrame) and failing.index.is_unique and {*ids} <= {*failing.index}:
        more = failing.drop(columns=[*_ABOUT, "object_ids"], errors="ignore").dropna(axis="columns", how="all")
        units = {name: unit for name, unit in (failing.attrs.get("units") or {}).items() if name in more}
        found = found.join(more)
        found.attrs = {"units": units}
    return found


def _around(mesh: Mesh, ids: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The corners of a box around these objects (all, where there are none), with something of the building."""
    whole = np.array([mesh.bounds[:, 0].min(axis=0), mesh.bounds[:, 1].max(axis=0)])
    bounds = mesh.of(*ids).bounds if ids else mesh.bounds
    low, high = bounds[:, 0].min(axis=0), bounds[:, 1].max(axis=0)
    half = np.maximum((high - low) / 2, (whole[1] - whole[0]).max() / 8)
    middle = (low + high) / 2
    corners = np.array(np.meshgrid(*([-1, 1],) * 3)).reshape(3, -1).T
    return np.asarray(middle + corners * half, np.float64)


def _slug(name: str) -> str:
    """A name that a file may have."""
    return re.sub(r"[^\w-]+", "-", name).strip("-")[:60] or "check"
