"""Client and sandbox together, driven through random work by several people, against a model of a few dicts.

The model knows the service's rules (who may change, solve, close and delete; what goes when an object goes) and nothing
of how either side is written. After every step both sides must show what the model says, whoever looks.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sandbox.service_content import seed

from bimplus_nb.client import Client, connect
from bimplus_nb.errors import Forbidden, NotFound
from bimplus_nb.sandbox import Sandbox

WRITERS = ("anna", "ben", "carla")
PEOPLE = (*WRITERS, "david")
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=12).filter(str.strip)
POINT = st.tuples(*[st.floats(-1e6, 1e6, allow_nan=False)] * 3)
STATUS = st.sampled_from(["Open", "Solved", "Closed"])
WHO = st.sampled_from(WRITERS)


@dataclass
class Topic:
    """An issue as the model remembers it."""

    number: int
    author: str
    name: str
    status: str = "Open"
    responsible: str | None = None
    solution: str | None = None
    pins: dict[str, tuple[str, tuple[float, ...]]] = field(default_factory=dict)
    comments: dict[str, tuple[str, str]] = field(default_factory=dict)


class Coordination(RuleBasedStateMachine):
    """One project, four people."""

    clients: dict[str, Client]
    ids: dict[str, str]
    names: dict[str, str]

    issues: Bundle[str] = Bundle("issues")
    objects: Bundle[str] = Bundle("objects")
    pins: Bundle[str] = Bundle("pins")
    comments: Bundle[str] = Bundle("comments")
    nodes: Bundle[str] = Bundle("nodes")

    count = 0

    @initialize(target=objects)
    def begin(self) -> Any:
        anna = self.clients["anna"]
        type(self).count += 1
        self.project = anna.projects.create(name=f"Project {self.count}").id
        model = anna.models.create(self.project, name="Model").id
        division = {"element": {"divisionid": model}}
        self.top = anna.objects.create(type="TopologyDivision", parent=self.project, attributes=division).id
        self.structure = anna.structures.create(self.project, name="Costs", type="CostStructure").id
        self.topics: dict[str, Topic] = {}
        self.walls: dict[str, str] = {}
        self.branches: dict[str, str] = {}
        self.assigned: dict[tuple[str, str], str] = {}
        self.placed: dict[str, tuple[str, str]] = {}
        self.numbers = 0
        return multiple(*[self._wall(f"Wall {number}") for number in range(2)])

    def _wall(self, name: str) -> str:
        made = self.clients["anna"].objects.create(type="Wall", parent=self.top, attributes={"general": {"name": name}})
        self.walls[made.id] = name
        return made.id

    # objects ------------------------------------------------------------------------------------------------------

    @rule(target=objects, name=TEXT)
    def build(self, name: str) -> str:
        return self._wall(name)

    @rule(wall=objects, name=TEXT, who=WHO)
    def rename(self, wall: str, name: str, who: str) -> None:
        if self._there(lambda: self.clients[who].objects.update(
            wall, type="Wall", attributes={"general": {"name": name}}
        ), wall in self.walls):  # fmt: skip
            self.walls[wall] = name

    @rule(wall=objects)
    def demolish(self, wall: str) -> None:
        if not self._there(lambda: self.clients["carla"].objects.delete(wall), wall in self.walls):
            return
        del self.walls[wall]
        for topic in self.topics.values():
            topic.pins = {pin: place for pin, place in topic.pins.items() if place[0] != wall}
        self.assigned = {pair: name for pair, name in self.assigned.items() if pair[1] != wall}

    # structures ---------------------------------------------------------------------------------------------------

    @rule(target=nodes, name=TEXT)
    def branch(self, name: str) -> str:
        made = self.clients["anna"].structures.create_node(self.structure, name=name).id
        self.branches[made] = name
        return made

    @rule(node=nodes, wall=objects, name=TEXT)
    def assign(self, node: str, wall: str, name: str) -> None:
        if wall not in self.walls or (node, wall) in self.assigned:
            return
        self.clients["anna"].structures.assign(node, wall, name=name)
        self.assigned[node, wall] = name

    # issues -------------------------------------------------------------------------------------------------------

    @rule(target=issues, name=TEXT, who=WHO, responsible=st.none() | st.sampled_from(PEOPLE))
    def report(self, name: str, who: str, responsible: str | None) -> str:
        made = self.clients[who].issues.create(
            self.project, name=name, responsible=self.ids[responsible] if responsible else None
        )
        self.numbers += 1
        assert made["shortId"] == self.numbers
        self.topics[made.id] = Topic(self.numbers, who, name, responsible=responsible)
        return made.id

    @rule(name=TEXT)
    def a_viewer_reports_nothing(self, name: str) -> None:
        with pytest.raises(Forbidden):
            self.clients["david"].issues.create(self.project, name=name)

    @rule(issue=issues, who=st.sampled_from(PEOPLE), name=TEXT)
    def reword(self, issue: str, who: str, name: str) -> None:
        topic = self.topics.get(issue)
        allowed = topic is not None and (topic.author == who or topic.name == name)
        if self._may(lambda: self.clients[who].issues.update(issue, name=name), topic is not None, allowed):
            assert topic is not None
            topic.name = name

    @rule(issue=issues, who=st.sampled_from(PEOPLE), status=STATUS, solution=st.none() | TEXT)
    def settle(self, issue: str, who: str, status: str, solution: str | None) -> None:
        topic = self.topics.get(issue)
        allowed = topic is not None and (
            topic.author == who
            or (topic.status == status and solution in (None, topic.solution))
            or (topic.responsible == who and (topic.status == status or "Closed" not in (topic.status, status)))
        )
        if self._may(
            lambda: self.clients[who].issues.update(issue, status=status, solution=solution),
            topic is not None,
            allowed,
        ):
            assert topic is not None
            topic.status = status
            topic.solution = topic.solution if solution is None else solution

    @rule(issue=issues, who=st.sampled_from(PEOPLE))
    def withdraw(self, issue: str, who: str) -> None:
        topic = self.topics.get(issue)
        allowed = topic is not None and topic.author == who
        if self._may(lambda: self.clients[who].issues.delete(issue), topic is not None, allowed):
            del self.topics[issue]

    # pins and comments --------------------------------------------------------------------------------------------

    @rule(target=pins, issue=issues, wall=objects, point=POINT)
    def pin(self, issue: str, wall: str, point: tuple[float, ...]) -> Any:
        topic = self.topics.get(issue)
        if topic is None or wall not in self.walls:
            return multiple()
        made = self.clients["carla"].pins.create(issue, object_id=wall, position=point)
        topic.pins[made.id] = (wall, point)
        self.placed[made.id] = (issue, wall)
        return made.id

    @rule(pin=pins, point=POINT)
    def move(self, pin: str, point: tuple[float, ...]) -> None:
        owner = next((topic for topic in self.topics.values() if pin in topic.pins), None)
        issue, wall = self.placed[pin]
        if self._there(
            lambda: self.clients["ben"].pins.update(pin, issue_id=issue, object_id=wall, position=point),
            owner is not None,
        ):
            assert owner is not None
            owner.pins[pin] = (owner.pins[pin][0], point)

    @rule(pin=consumes(pins))
    def unpin(self, pin: str) -> None:
        owner = next((topic for topic in self.topics.values() if pin in topic.pins), None)
        if self._there(lambda: self.clients["carla"].pins.delete(pin), owner is not None):
            assert owner is not None
            del owner.pins[pin]

    @rule(target=comments, issue=issues, who=WHO, text=TEXT)
    def comment(self, issue: str, who: str, text: str) -> Any:
        topic = self.topics.get(issue)
        if topic is None:
            return multiple()
        made = self.clients[who].comments.create_on_issue(issue, text=text)
        topic.comments[made.id] = (who, text)
        return made.id

    @rule(comment=comments, who=st.sampled_from(PEOPLE), text=TEXT)
    def correct(self, comment: str, who: str, text: str) -> None:
        owner = next((topic for topic in self.topics.values() if comment in topic.comments), None)
        allowed = owner is not None and owner.comments[comment][0] == who
        if self._may(lambda: self.clients[who].comments.update(comment, text=text), owner is not None, allowed):
            assert owner is not None
            owner.comments[comment] = (who, text)

    # what must be true --------------------------------------------------------------------------------------------

    @invariant()
    def both_sides_show_what_the_model_says(self) -> None:
        if not hasattr(self, "project"):
            return
        looking = self.clients["david"]
        frame = looking.issues.all(self.project)
        assert [(one.id, one["shortId"], one["name"], one["status"], one["solution"]) for one in frame] == [
            (key, topic.number, topic.name, topic.status, topic.solution) for key, topic in self.topics.items()
        ]
        assert [one["author"]["id"] for one in frame] == [self.ids[topic.author] for topic in self.topics.values()]
        assert [(one["pinsCount"], one["commentsCount"]) for one in frame] == [
            (len(topic.pins), len(topic.comments)) for topic in self.topics.values()
        ]
        pins = {
            one.id: (one["objectId"], tuple(one["position"][axis] for axis in "xyz"))
            for one in looking.pins.all(self.project)
        }
        assert pins == {key: place for topic in self.topics.values() for key, place in topic.pins.items()}
        walls = {one["id"]: one["name"] for one in looking.objects.topology(self.top)["children"]}
        assert walls == self.walls
        tree = looking.structures.topology(self.structure)
        assert {one["id"]: one["name"] for one in tree["children"]} == self.branches
        hanging = {
            (node["id"], wall["id"]): link["name"]
            for node in tree["children"]
            for link in node["children"]
            for wall in link["children"]
        }
        assert hanging == self.assigned

    def _there(self, act: Any, there: bool) -> bool:
        return self._may(act, there, there)

    def _may(self, act: Any, there: bool, allowed: bool) -> bool:
        """Does it, and holds the service to the model's word on whether it may be done."""
        if not there:
            with pytest.raises(NotFound):
                act()
            return False
        if not allowed:
            with pytest.raises(Forbidden):
                act()
            return False
        act()
        return True

    def teardown(self) -> None:
        if hasattr(self, "project"):
            for issue, topic in list(self.topics.items())[:1]:
                comments = self.clients["david"].comments.of_issue(issue)
                assert {one.id: one["text"] for one in comments} == {
                    key: text for key, (_, text) in topic.comments.items()
                }
            self.clients["anna"].projects.delete(self.project)


@pytest.fixture(scope="module")
def signed_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Client]]:
    path = seed(tmp_path_factory.mktemp("together") / "sandbox.db")
    with Sandbox(path=shutil.copy(path, Path(path).with_name("run.db")), token_lifetime=3600) as sandbox:
        clients = {name: connect(sandbox, user=name, team="riverside") for name in PEOPLE}
        yield clients
        for client in clients.values():
            client.close()


def test_people_work_together(signed_in: dict[str, Client]) -> None:
    Coordination.clients = signed_in
    Coordination.ids = {name: client.user.id for name, client in signed_in.items()}
    run_state_machine_as_test(
        Coordination,
        settings=settings(
            max_examples=60,
            stateful_step_count=50,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
