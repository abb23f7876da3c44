"""Frames of issues, pins, comments and what became of issues, from the service's own shapes."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from frames import schemas
from hypothesis import given, settings
from hypothesis import strategies as st

from bimplus_nb import frames
from bimplus_nb.frames.history import history_frame, since_frame
from bimplus_nb.frames.issues import by_storey, issues_frame
from bimplus_nb.frames.pins import pins_frame
from bimplus_nb.frames.topology import nodes
from bimplus_nb.project.issues import wire
from bimplus_nb.project.issues.duplicates import duplicates_frame
from bimplus_nb.project.issues.rights import rights

PROJECT = "p"
NOBODY = "00000000-0000-0000-0000-000000000000"
TREE = {
    "id": "root", "type": "TopologyDivision", "name": "A", "children": [
        {"id": "s2", "type": "Storey", "name": "Upper", "level": 3000, "children": [
            {"id": "W1", "type": "Wall", "name": "Wall 1", "layerid": "L"},
            {"id": "w2", "type": "Wall", "name": "Wall 2", "layerid": "L"},
        ]},
        {"id": "s1", "type": "Storey", "name": "Lower", "level": 0, "children": [
            {"id": "c1", "type": "Column", "name": "Column", "layerid": "L"},
        ]},
    ],
}  # fmt: skip
ENTRIES = nodes(TREE)


def issue(id_: str, number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": id_, "shortId": number, "name": f"Issue {number}", "status": "Open", "author": {"displayname": "Anna"},
        "createdAt": f"2026-01-{number:02}T08:00:00Z", "modifiedAt": f"2026-01-{number:02}T08:00:00Z", **more,
    }  # fmt: skip


def pin(id_: str, of: str, on: str, x: float = 0.0, **more: Any) -> dict[str, Any]:
    return {"id": id_, "issueId": of, "objectId": on, "position": {"x": x, "y": 0, "z": 0}, **more}


def message(topic: str, when: str, data: Any, who: str = "u1", to: str = "u2", **more: Any) -> dict[str, Any]:
    return {"topic": topic, "timestamp": when, "additionaldata": data, "sender": {"id": who, "email": f"{who}@x"},
            "receiver": {"id": to}, **more}  # fmt: skip


def test_storeys_are_those_of_what_is_pinned_from_the_lowest_up() -> None:
    issues = [issue("A", 1), issue("b", 2), issue("c", 3)]
    pins = [
        pin("1", "a", "w1"), pin("2", "A", "c1"), pin("3", "A", "W1"),
        pin("4", "b", NOBODY, topologyNodeId="S2"), pin("5", "b", "gone"),
    ]  # fmt: skip
    frame = issues_frame(issues, pins, ENTRIES)
    assert frame["storeys"].tolist() == [("Lower", "Upper"), ("Upper",), ()]
    assert frame["object_ids"].tolist()[1:] == [("gone",), ()]
    assert set(frame["object_ids"].iloc[0]) == {"w1", "c1", "W1"}
    assert frame["pins"].tolist() == [3, 2, 0]
    shown = pins_frame(pins, frame, ENTRIES)
    schemas.PINS.validate(shown)
    assert shown["issue"].tolist() == ["A", "A", "A", "b", "b"]
    assert shown["storey"].astype(object).where(shown["storey"].notna(), None).tolist() == [
        "Upper", "Lower", "Upper", "Upper", None,
    ]  # fmt: skip
    assert [*shown["storey"].cat.categories] == ["Lower", "Upper"]
    schemas.PINS.validate(pins_frame([], issues_frame([]), ENTRIES))


def test_where_the_service_counts_that_is_taken() -> None:
    counted = issue("a", 1, pinsCount=7, commentsCount="2", attachmentsCount=None)
    frame = issues_frame([counted])
    assert frame[["pins", "comments"]].to_numpy().tolist() == [[7, 2]]
    assert frame["attachments"].isna().all(), "what is not said is not 0"
    assert issues_frame([counted], [pin("1", "a", "w1")])["pins"].tolist() == [1]


def test_who_is_responsible_in_every_spelling() -> None:
    ben, carla = {"id": "1", "displayname": "Ben"}, {"email": "carla@x"}
    for said, names in (
        ({"responsibles": [ben, carla], "responsible": ben}, ("Ben", "carla@x")),
        ({"responsible": "Ben B."}, ("Ben B.",)),
        ({"responsibles": [], "responsible": ben}, ("Ben",)),
        ({"responsibles": None, "responsible": None}, ()),
        ({"responsibles": "odd"}, ()),
    ):
        row = issues_frame([issue("a", 1, **said)]).iloc[0]
        assert row["responsibles"] == names
        assert (row["responsible"] if names else None) == (names[0] if names else None)


def test_issues_by_storey() -> None:
    issues = [issue("a", 1), issue("b", 2, status="Waiting"), issue("c", 3, dueDate="2020-01-01T00:00:00Z")]
    pins = [pin("1", "a", "w1"), pin("2", "a", "c1"), pin("3", "b", "w2")]
    frame = by_storey(issues_frame(issues, pins, ENTRIES), ENTRIES)
    assert frame.index.tolist() == ["Lower", "Upper", "No storey"]
    assert [*frame] == ["Open", "Solved", "Closed", "Waiting", "overdue", "issues"]
    assert frame.to_numpy().tolist() == [[1, 0, 0, 0, 0, 1], [1, 0, 0, 1, 0, 2], [1, 0, 0, 0, 1, 1]]
    assert dict(frame.attrs["object_ids"]) == {"Lower": ("c1",), "Upper": ("W1", "w2"), "No storey": ()}
    assert by_storey(issues_frame([]), ENTRIES).to_numpy().sum() == 0
    assert by_storey(issues_frame(issues), []).index.tolist() == ["No storey"]


def test_one_change_that_many_are_told_of_is_one_event() -> None:
    frame = issues_frame([issue("a", 1), issue("b", 2)])
    data = {"projectId": PROJECT, "issueIds": ["A"], "shortId": 1, "name": "Issue 1", "changed": ["dueDate", "status"]}
    messages = [
        message("ISSUE_UPDATED", "2026-02-01T10:00:00.1Z", data, to="u2"),
        message("ISSUE_UPDATED", "2026-02-01T10:00:00.2Z", data, to="u3"),
        message("ISSUE_UPDATED", "2026-02-01T11:00:00Z", data, to="u2"),  # done again an hour later
        # As the documents' own sample has it: nothing but what it belongs to; and as text.
        message("ISSUE_UPDATED", "2026-02-02T10:00:00Z", None, correlationId="b"),
        message("ISSUE_UPDATED", "2026-02-03T10:00:00Z", '{"issueIds": ["b"], "changed": ["name"]}', who="u9"),
        message("ISSUE_DELETED", "2026-02-04T10:00:00Z", {"projectId": PROJECT, "issueIds": ["x", "y"]}),
        message("ISSUE_UPDATED", "2026-02-05T10:00:00Z", {"projectId": "other", "issueIds": ["z"]}),
        message("IFC_JOB", "2026-02-06T10:00:00Z", {"projectId": PROJECT}),
        message("ISSUE_UPDATED", "never", data), message("ISSUE_UPDATED", "2026-02-07T10:00:00Z", "{odd"),
    ]  # fmt: skip
    history = history_frame(frame, frames.comments_frame([], frame), messages, project=PROJECT, names={"u1": "Anna"})
    schemas.HISTORY.validate(history)
    told = history[history["what"] != "created"]
    assert told[["issue", "what", "who"]].to_numpy().tolist() == [
        ["a", "changed", "Anna"], ["a", "changed", "Anna"], ["b", "changed", "Anna"], ["b", "changed", "u9@x"],
        ["x", "deleted", "Anna"], ["y", "deleted", "Anna"],
    ]  # fmt: skip
    assert told["detail"].tolist()[:1] == ["due, status"]
    assert told["name"].tolist()[0] == "Issue 1"


def test_what_has_become_of_issues_since() -> None:
    late = "2026-03-01T08:00:00Z"
    frame = issues_frame(
        [
            issue("new", 1, createdAt=late, modifiedAt=late), issue("solved", 2, status="Solved"),
            issue("again", 3), issue("silent", 4, modifiedAt=late), issue("asleep", 5), issue("talked", 6),
        ]
    )  # fmt: skip
    comments = [
        {"id": str(k), "issueId": "talked", "text": f"{k}", "createdAt": late, "author": {"displayname": name}}
        for k, name in enumerate(("Anna", "Ben", "Anna"))
    ]
    said = frames.comments_frame(comments, frame)
    status = {"projectId": PROJECT, "changed": ["status"]}
    messages = [
        message("ISSUE_UPDATED", late, {**status, "issueIds": ["solved"]}),
        message("ISSUE_UPDATED", late, {**status, "issueIds": ["again"]}),
        message("ISSUE_UPDATED", "2026-02-01T08:00:00Z", {**status, "issueIds": ["asleep"]}),
    ]
    history = history_frame(frame, said, messages, project=PROJECT, names={})
    since = since_frame(history, frame, datetime(2026, 2, 15, tzinfo=UTC))
    schemas.SINCE.validate(since)
    assert dict(zip(since["issue"], since["what"], strict=True)) == {
        "new": "new", "solved": "solved", "again": "opened again", "silent": "changed", "talked": "commented",
    }  # fmt: skip
    talked = since.set_index("issue").loc["talked"]
    assert talked[["times", "who", "detail"]].tolist() == [3, "Anna, Ben", "2"]
    none = since_frame(history, frame, datetime(2027, 1, 1, tzinfo=UTC))
    schemas.SINCE.validate(none)
    assert none.empty


def duplicates(issues: list[dict[str, Any]], pins: list[dict[str, Any]], **how: Any) -> pd.DataFrame:
    frame = issues_frame(issues, pins)
    how = {"within_mm": 500, "alike": 0.75} | how
    found = duplicates_frame(frame, pins_frame(pins, frame), **how)
    schemas.DUPLICATES.validate(found)
    return found


def test_duplicates_by_place_and_words() -> None:
    words = ["Duct runs through beam D", "Beam D: duct runs through", "Handrail too low", "Duct runs through beam D"]
    issues = [issue(str(k), k + 1, name=name) for k, name in enumerate(words)]
    pins = [pin("a", "0", "o", 0), pin("b", "1", "o2", 400), pin("c", "2", "o", 10), pin("d", "3", "o", 1000)]
    found = duplicates(issues, pins)
    assert found[["issue", "other", "distance_mm"]].to_numpy().tolist() == [["0", "1", 400.0]]
    assert dict(found.attrs["object_ids"]) == {0: ("o", "o2")}
    assert {*map(tuple, duplicates(issues, pins, within_mm=1001)[["issue", "other"]].to_numpy())} == {
        ("0", "1"), ("0", "3"), ("1", "3"),
    }  # fmt: skip
    # Pinned nowhere, only the words can say it, and then all of them must.
    assert {*map(tuple, duplicates(issues, pins[:3])[["issue", "other"]].to_numpy())} == {
        ("0", "1"),
        ("0", "3"),
        ("1", "3"),
    }
    for one in issues:
        one["status"] = "Closed"
    assert duplicates(issues, pins).empty
    assert duplicates([], []).empty


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-3, 3), st.integers(-3, 3)), max_size=12))
def test_near_is_what_is_near(places: list[tuple[int, int, int]]) -> None:
    """The grid finds the pairs that comparing each pin with each finds."""
    issues = [issue(str(k), k + 1, name="same") for k in range(4)]
    pins = [
        {"id": str(k), "issueId": str(of), "objectId": "o", "position": {"x": 400 * x, "y": 0, "z": 400 * z}}
        for k, (of, x, z) in enumerate(places)
    ]
    expected: dict[tuple[str, str], float] = {}
    for of, x, z in places:
        for other, ox, oz in places:
            apart = float(np.hypot(400 * (x - ox), 400 * (z - oz)))
            if of < other and apart <= 500:
                key = (str(of), str(other))
                expected[key] = min(apart, expected.get(key, apart))
    found = duplicates(issues, pins).dropna(subset=["distance_mm"])
    got = {(row["issue"], row["other"]): row["distance_mm"] for row in found.to_dict("records")}
    assert got == pytest.approx(expected)


def test_too_many_at_one_place_are_refused_in_words() -> None:
    issues = [issue(str(k), k + 1) for k in range(2400)]
    with pytest.raises(ValueError, match="say a smaller within_mm"):
        duplicates(issues, [pin(str(k), str(k), "o") for k in range(2400)])


def test_overdue_is_by_now() -> None:
    now = datetime(2026, 1, 5, tzinfo=UTC)
    said = [issue(str(k), k + 1, dueDate=(now + timedelta(hours=k - 1)).isoformat()) for k in range(3)]
    said.append(issue("3", 4, status="Solved", dueDate="2020-01-01"))
    assert issues_frame(said, now=now)["overdue"].tolist() == [True, False, False, False]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.just("2026-01-01T00:00:00Z"),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "x", "name"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=15)
@given(st.data())
def test_no_answer_breaks_a_frame_or_a_rule(data: st.DataObject) -> None:
    """Whatever the service sends in whatever place: it is shown as what it is, or missing."""

    def odd() -> Any:
        return data.draw(anything)

    names = ("name", "status", "priority", "type", "author", "responsible", "responsibles", "shortId", "createdAt",
             "modifiedAt", "dueDate", "pinsCount", "tag", "description")  # fmt: skip
    issues = [{"id": "i", **{name: odd() for name in names}}, issue("j", 2)]
    pins = [
        {"id": odd(), "issueId": "i", "objectId": odd(), "topologyNodeId": odd(), "position": odd(),
         "normalVector": {"x": odd()}, "createdAt": odd()}
    ]  # fmt: skip
    frame = issues_frame(issues, pins, ENTRIES)
    schemas.ISSUES.validate(frame)
    schemas.PINS.validate(pins_frame(pins, frame, ENTRIES))
    assert by_storey(frame, ENTRIES)["issues"].sum() >= 2
    comment = {"id": odd(), "issueId": "i", "text": odd(), "author": odd(), "createdAt": odd()}
    said = frames.comments_frame([comment], frame)
    schemas.COMMENTS.validate(said)
    files = [{"id": odd(), "fileName": odd(), "size": odd(), "attachmentType": odd(), "creator": odd(), "type": odd()}]
    schemas.ATTACHMENTS.validate(frames.attachments_frame({"i": files}, frame))
    messages = [
        {"topic": "ISSUE_UPDATED", "timestamp": "2026-01-01T00:00:00Z", "sender": odd(), "additionalData": payload,
         "correlationId": odd()}
        for payload in (odd(), {"projectId": PROJECT, "issueIds": ["i", odd()], "changed": odd(), "shortId": odd()})
    ]  # fmt: skip
    history = history_frame(frame, said, messages, project=PROJECT, names={})
    schemas.HISTORY.validate(history)
    schemas.SINCE.validate(since_frame(history, frame, datetime(2020, 1, 1, tzinfo=UTC)))
    user, project = {"id": odd(), "email": odd()}, {"rights": odd(), "hasWriteAccess": odd()}
    allowed = rights(issues[0], user, project, {"update": odd()})
    assert all(allowed[action] == (not allowed.why(action)) for action in allowed)
    for field in wire.FIELDS:
        with suppress(ValueError):
            assert field == "responsible" or isinstance(wire.value(field, odd()), str)
