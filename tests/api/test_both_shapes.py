"""Where the service's documents and its own clients differ, the client reads both.

A healthy service shows one shape only, so a scripted server shows the others.
"""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from bimplus_nb.api import Api
from bimplus_nb.frames.issues import issues_frame
from bimplus_nb.http import Http
from bimplus_nb.viewer.capture import View


def api(answer: Any, seen: list[httpx.Request] | None = None) -> Api:
    def serve(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(request)
        return httpx.Response(200, json=answer)

    return Api(Http("https://api.example/v2", team="a-team", transport=httpx.MockTransport(serve)))


ISSUE = {"id": "1", "shortId": 1, "name": "Door", "status": "Open", "priority": "High", "createdAt": "2026-01-01"}


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("Anna Albers", "Anna Albers"),
        ({"id": "7", "email": "anna@example.com"}, "anna@example.com"),
        ({"firstname": "Anna", "lastname": "Albers", "displayname": None}, "Anna Albers"),
        ({"displayname": "Anna"}, "Anna"),
        (None, None),
    ],
)
def test_an_author_as_text_as_object_and_as_nobody(author: Any, name: str | None) -> None:
    frame = issues_frame(api([{**ISSUE, "author": author, "responsible": author}]).issues.all("p"))
    for column in ("author", "responsible"):
        value = frame[column].iloc[0]
        assert (None if value != value else value) == name


def test_enumerations_are_compared_without_case_and_unknown_values_kept() -> None:
    issues = [{**ISSUE, "id": str(n), "status": status, "priority": priority} for n, (status, priority) in enumerate(
        [("open", "very high"), ("CLOSED", "low"), ("Parked", "High")]
    )]  # fmt: skip
    frame = issues_frame(api(issues).issues.all("p"))
    assert frame["status"].tolist() == ["Open", "Closed", "Parked"]
    assert frame["priority"].tolist() == ["very high", "Low", "High"]
    assert frame["status"].cat.ordered


@pytest.mark.parametrize("key", ["dueDate", "duedate", "DueDate"])
def test_spelling_twins_are_one_key(key: str) -> None:
    frame = issues_frame(api([{**ISSUE, key: "2026-05-01T00:00:00"}]).issues.all("p"))
    assert str(frame["due"].iloc[0]) == "2026-05-01 00:00:00+00:00"


SCENES = {
    "none": {"camera": {"position": {"x": 1, "y": 2, "z": 3}, "target": {"position": {"x": 4, "y": 5, "z": 6}}},
             "objects": {"selected": ["a"], "hidden": ["b"]}, "unknown": {"kept": [1]}},
    "1": {"version": [1, 0, 0], "camera": {"position": [1, 2, 3], "target": [4, 5, 6]},
          "objects": {"selected": ["a"]}, "unknown": {"kept": [1]}},
    "2": {"version": [2, 0, 0], "camera": {"position": [1, 2, 3], "target": [4, 5, 6]},
          "objects": {"selected": ["a"]}, "unknown": {"kept": [1]}},
}  # fmt: skip


@pytest.mark.parametrize("as_text", [False, True], ids=["object", "text"])
@pytest.mark.parametrize("version", SCENES)
def test_a_scene_of_any_version_is_read_and_goes_back_as_it_came(version: str, as_text: bool) -> None:
    scene = json.dumps(SCENES[version]) if as_text else SCENES[version]
    seen: list[httpx.Request] = []
    client = api({"id": "1", "name": "Slide", "scene": scene}, seen)
    slide = client.slides.get("1")
    view = View.from_scene(slide["scene"])
    assert view.selected == ("a",)
    assert view.camera is not None
    assert view.camera.target == (4, 5, 6)
    client.slides.update("1", scene=slide["scene"])
    assert json.loads(seen[-1].content) == {"scene": scene}


@pytest.mark.parametrize("answer", [{"id": "1", "name": "A"}, [{"id": "1", "name": "A"}]], ids=["bare", "list of one"])
def test_one_thing_bare_or_as_a_list_of_one(answer: Any) -> None:
    assert api(answer).teams.get("a")["name"] == "A"
    assert api(answer).attachments.of_object("o").ids == ["1"]


@pytest.mark.parametrize("answer", [[], None, {}])
def test_nothing_comes_as_a_list_as_nothing_or_as_an_empty_map(answer: Any) -> None:
    assert api(answer).element_types.disciplines() == []


def test_the_database_of_a_team_is_a_secret() -> None:
    team = {"id": "1", "slug": "a", "TeamWorksConnection": "canary", "inner": [{"teamworksconnection": "canary"}]}
    client = api([team])
    shown = client.teams.all()
    texts = (repr(shown), shown._repr_html_(), repr(shown[0]), shown[0]._repr_html_(), str(shown.frame()))
    assert not any("canary" in text or "onnection" in text for text in (*texts, json.dumps(shown)))
