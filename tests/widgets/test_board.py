"""The board without a page: what a page is told, and what comes of what it says."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import numpy as np
import pytest
from issue_rules import CAST, ROWS

from bimplus_nb.client import connect
from bimplus_nb.project import Project
from bimplus_nb.sandbox import Sandbox
from bimplus_nb.widgets.board import IssueBoard
from bimplus_nb.widgets.pictures import MOST, picture

HOSTILE = "<img src=x onerror=window.hacked=1>\u202e"


class Heard:
    """A board, what its page was told, and the page's side of the talk."""

    def __init__(self, board: IssueBoard, monkeypatch: pytest.MonkeyPatch) -> None:
        self.board = board
        self.said: list[tuple[dict[str, Any], list[bytes]]] = []
        monkeypatch.setattr(board._page, "send", lambda message, buffers=(): self.said.append((message, [*buffers])))

    def act(self, do: str, *buffers: bytes, **more: Any) -> str:
        """What a page says; the answer in words, "" for done."""
        self.board._heard(None, {"do": do, "ask": 0.5, **more}, [memoryview(one) for one in buffers])
        done = self.said[-1][0]
        assert (done["type"], done["ask"]) == ("done", 0.5)
        return str(done["error"])

    def last(self, kind: str) -> dict[str, Any]:
        return next(message for message, _ in reversed(self.said) if message["type"] == kind)


@pytest.fixture
def desk(own_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Heard]:
    """Ben's board: he administers the project."""
    with connect(own_sandbox, user="ben") as client:
        yield Heard(IssueBoard(client.project("Riverside Offices")), monkeypatch)


def test_the_table_says_what_the_frame_says(desk: Heard) -> None:
    frame, table = desk.board.frame, desk.board._page.table
    assert table["ids"] == frame.index.tolist()
    for name in ("status", "priority", "type", "author", "responsible"):
        words = [table[name]["words"][code] if code >= 0 else None for code in table[name]["codes"]]
        assert words == frame[name].astype(object).where(frame[name].notna(), None).tolist()
    mine = (frame["author"] == "Ben Bauer") | frame["responsibles"].map(lambda names: "Ben Bauer" in names)
    assert table["mine"] == mine.astype(int).tolist()
    floors = table["storeys"]
    assert [tuple(floors["words"][k] for k in some) for some in floors["lists"]] == frame["storeys"].tolist()
    assert table["due"][0] == frame["due"].iloc[0].strftime("%Y-%m-%dT%H:%M:%SZ")


def test_an_issue_goes_its_way(desk: Heard) -> None:
    board, issues = desk.board, desk.board.project.issues
    fields = {"name": HOSTILE, "description": "one\ntwo", "priority": "High", "due": "2026-03-31", "responsible": ""}
    assert desk.act("create", fields=fields, view=True, placed=True) == ""
    made = board.selected
    assert made is not None
    assert board._page.table["names"][board.frame.index.get_loc(made)].endswith(">⟨right-to-left override⟩")
    assert desk.last("issue")["description"] == "one\ntwo"
    carla = next(id_ for id_, name in board._page.people if name == "Carla Costa")
    assert desk.act("assign", issue=made, fields={"responsible": carla}) == ""
    assert desk.last("issue")["responsibles"] == ["Carla Costa"]
    assert desk.act("comment", issue=made, text="So it is") == ""
    assert [text for _, _, text in desk.last("issue")["comments"]] == ["So it is"]
    assert "must say something" in desk.act("comment", issue=made, text=" ")
    assert desk.act("attach", b"12345", issue=made, name="notes.txt") == ""
    [(file, name, size, of_view)] = desk.last("issue")["files"]
    assert (name, size, of_view) == ("notes.txt", 5, False)
    assert desk.act("save", file=file) == ""
    assert desk.said[-2] == ({"type": "file", "file": file}, [b"12345"])
    assert desk.act("update", issue=made, fields={"name": "A crack", "id": "x", "status": "Closed"}) == ""
    assert board.frame.loc[made, ["name", "status"]].tolist() == ["A crack", "Open"], "a form has no status"
    assert desk.act("solve", issue=made, text="Filled") == ""
    assert desk.act("close", issue=made) == ""
    assert board.frame.loc[made, ["status", "solution"]].tolist() == ["Closed", "Filled"]
    assert "closed already" in desk.last("issue")["rights"]["close"]
    assert desk.act("reopen", issue=made) == ""
    assert desk.act("delete", issue=made) == ""
    assert made not in issues().index
    assert board.selected is None
    assert "no such issue" in desk.act("comment", issue=made, text="Too late")


@pytest.fixture(scope="module")
def crew() -> Iterator[dict[str, Project]]:
    """The demo project as each demo user sees it."""
    with Sandbox() as running, ExitStack() as stack:
        signed_in = {user.username: stack.enter_context(connect(running, user=user.username)) for user in running.users}
        yield {name: client.project("Riverside Offices") for name, client in signed_in.items()}


ACTS: dict[str, tuple[str, dict[str, Any]]] = {
    "update": ("update", {"fields": {"name": "Another"}}),
    "assign": ("assign", {"fields": {"responsible": ""}}),
    "solve": ("solve", {"text": "Glued."}),
    "reopen": ("reopen", {}),
    "close": ("close", {}),
    "delete": ("delete", {}),
    "force_delete": ("delete", {"force": True}),
    "comment": ("comment", {"text": "Seen."}),
    "attach": ("attach", {"name": "x.txt"}),
}


@pytest.mark.parametrize(("who", "status", "expected"), ROWS)
def test_every_rule_for_every_role(
    crew: dict[str, Project], who: str, status: str, expected: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one may do is done; all else is grey, says why, and is refused to a page that asks for it all the same."""
    author, responsible, user = CAST[who]
    theirs, solver = crew[author], crew[responsible].api.users.current().id

    def issue() -> str:
        made = theirs.api.issues.create(theirs.id, name="A crack", responsible=solver, status=status)
        return made.id

    shown = issue()
    desk = Heard(IssueBoard(crew[user]), monkeypatch)
    assert desk.act("open", issue=shown) == ""
    grey = dict(desk.last("issue")["rights"])
    assert {action: why == "" for action, why in grey.items()} == {a: word == "y" for a, word in expected.items()}
    for action, (do, more) in ACTS.items():
        allowed = expected[action] == "y"
        which = issue() if allowed else shown
        desk.board.reload()
        said = desk.act(do, *([b"x"] if do == "attach" else []), issue=which, **more)
        assert said == "" if allowed else grey[action] in said, action


def test_what_a_page_says_is_checked(desk: Heard) -> None:
    before = desk.board.frame
    for message in (None, [], "x", {}, {"do": "heard"}, {"do": "__init__"}, {"do": None}):
        desk.board._heard(None, message, [])
    assert desk.said == []
    assert "no such issue" in desk.act("comment", issue=5, text="a")
    assert "no issue" in desk.act("open", issue="somewhere")
    assert "must have a name" in desk.act("create", fields={"name": ["x"]})
    assert "no building" in desk.act("place")
    assert "no building" in desk.act("attach_view", issue=before.index[0])
    assert "at most" in desk.act("attach", issue=before.index[0])
    assert desk.act("shown", b"123") == ""
    assert desk.act("shown", np.array([2**32 - 1, 0], np.uint32).tobytes()) == ""
    assert desk.board.project.issues().equals(before)


def png(width: int, height: int) -> bytes:
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (png(640, 480), "image/png"),
        (png(100_000, 100_000), ""),
        (png(0, 5), ""),
        (b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x01\xe0\x02\x80" + bytes(12), "image/jpeg"),
        (b"\xff\xd8\xff\xc0\x00\x11\x08\xff\xff\xff\xff" + bytes(12), ""),
        (b"\xff\xd8\xff\xe0\x00\x00", ""),
        (b"<svg onload='alert(1)'/>", ""),
        (b"GIF89a", ""),
        (b"", ""),
        (png(9, 9) + bytes(MOST), ""),
    ],
)
def test_only_pictures_of_a_sound_size_are_shown(data: bytes, kind: str) -> None:
    assert picture(data) == kind
