"""What a fresh sandbox holds: the users, the teams, and which project lies in which team."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache

from bimplus_nb.errors import SandboxError
from bimplus_nb.sandbox import accounts, attributes, content, ingest, passwords, people, templates
from bimplus_nb.sandbox.store import Store
from bimplus_nb.sandbox.wire import Record

_BEGAN = datetime(2026, 1, 12, 8, tzinfo=UTC)
_NOBODY_WRITES = {user.username: "Project_Viewer" for user in people.USERS}


def _settle(store: Store) -> None:
    """What is there before any project."""
    ids = {user.username: user.id for user in people.USERS}
    attributes.seed(store)
    for user in people.USERS:
        store.add("user", _user(user))
        passwords.keep(store, user.id, people.PASSWORD)
    for team in people.TEAMS:
        owner = next(name for name, role in team.members.items() if role == people.OWNER)
        record = accounts.new_team(team.slug, team.name, ids[owner], team.id)
        record["members"] = {ids[name]: role for name, role in team.members.items()}
        templates.furnish(store, store.add("team", record))


def demo_projects(seed: int = 0) -> list[tuple[people.Team, content.Project]]:
    """The demo projects, each with the team it lies in."""
    # Imported when needed: a sandbox that continues from a file generates nothing.
    from bimplus_nb.sandbox import demo

    return [
        (people.RIVERSIDE, demo.riverside(seed)),
        (people.RIVERSIDE, demo.revisions(seed)),
        (people.RIVERSIDE, demo.empty(seed)),
        (people.RIVERSIDE, replace(demo.archive(seed), roles=_NOBODY_WRITES)),
        (people.HARBOUR, content.Project(people.guid("project", "quay"), "Quay Hall", "A project of another team.")),
    ]


def scaled_project(scale: int, seed: int = 0) -> tuple[people.Team, content.Project]:
    """A project of `scale` objects, and the team it lies in."""
    from bimplus_nb.sandbox import scaled

    return people.RIVERSIDE, scaled.scaled(scale, seed)


@lru_cache(maxsize=1)
def demo_image(seed: int = 0) -> bytes:
    """The image of a store with the demo projects. The next sandbox of this process, for a cell that runs again or for
    a test, need not draw the building once more."""
    store = Store()
    try:
        fill(store, demo_projects(seed))
        return store.image()
    finally:
        store.close()


def fill(store: Store, projects: Iterable[tuple[people.Team, content.Project]]) -> None:
    """Everything a fresh sandbox holds: users, teams, the attribute catalogue and these projects; or nothing."""
    with store.transaction():
        _settle(store)
        for team, project in projects:
            ingest.add_project(store, _team(store, team), project, _BEGAN)
        store.mark_seeded()


def import_model(store: Store, project: str, model: content.Model) -> str:
    """Adds a model to the demo team's project of that name, made if there is none. Answers the project's id."""
    home, now = _team(store, people.RIVERSIDE), datetime.now(UTC)
    with store.transaction():
        present = (one for one in store.all("project", owner=home["id"]) if "recycled" not in one)
        found = next((one for one in present if one["name"] == project), None)
        if found is None:
            found = ingest.add_project(store, home, content.Project(people.guid("import", project), project, ""), now)
        ingest.add_model(store, found, model, now)
    return str(found["id"])


def _team(store: Store, team: people.Team) -> Record:
    found = store.get("team", team.id)
    if found is None:
        raise SandboxError(f"The sandbox has no team {team.slug!r}.")
    return found


def _user(user: people.User) -> Record:
    given, _, family = user.name.partition(" ")
    names = {"firstname": given, "lastname": family, "displayname": user.name, "company": people.RIVERSIDE.name}
    return accounts.new_user(user.email, user.id) | names | {"preferedLanguage": "en"}
