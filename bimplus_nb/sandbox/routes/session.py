"""Where to sign in, who is signed in, and users.

Source: Bimplus documentation, Quick Start and User Service; published JavaScript SDK 1.0.56 for the current user's own
record and photo and for finding a user by e-mail address.
"""

from __future__ import annotations

import base64
import re
from typing import Any

from bimplus_nb.sandbox import access, accounts, passwords
from bimplus_nb.sandbox.fields import NAME, Fields
from bimplus_nb.sandbox.problem import Problem, bad, conflict, forbidden, missing
from bimplus_nb.sandbox.wire import Ask, Record, Table

table = Table()

_PHOTO_LIMIT = 8 * 2**20
_PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,190}")


@table.get("/hello", public=True)
def hello(ask: Ask) -> Any:
    return {"message": "Hello. This is a Bimplus sandbox.", "issuer": ask.service.sessions.issuer.url}


@table.get("/.well-known/openid-configuration", public=True)
def discovery(ask: Ask) -> Any:
    """The sign-in service's own document. Its `issuer` is another address than this one, as in the real service."""
    return ask.service.sessions.issuer.metadata()


@table.get("/user")
def current(ask: Ask) -> Any:
    return _full(ask, ask.user)


@table.put("/user")
def update_current(ask: Ask) -> Any:
    return _full(ask, _change(ask, ask.user))


@table.get("/user/photo")
def photo(ask: Ask) -> Any:
    """The picture as a data address: the published JavaScript SDK reads this answer as JSON."""
    content = ask.store.file(ask.user["id"], "photo")
    if content is None:
        raise missing("photo", ask.user["email"])
    return _picture(ask.user, content)


@table.post("/user/photo", upload=True)
def set_photo(ask: Ask) -> Any:
    content = ask.upload().content
    if len(content) > _PHOTO_LIMIT:
        raise Problem(413, f"A photo may have at most {_PHOTO_LIMIT} bytes.")
    answer = _picture(ask.user, content)
    ask.store.keep_file(ask.user["id"], "photo", content)
    return answer


@table.delete("/user/photo")
def delete_photo(ask: Ask) -> Any:
    ask.store.drop_file(ask.user["id"], "photo")


@table.get("/users")
def find(ask: Ask) -> Any:
    """The user with an e-mail address (`Email`), if one shares a team with them: a list of one or none."""
    email = ask.query.get("email", "")
    if not email:
        raise bad("Email must be given.")
    found = by_email(ask, email)
    return [_full(ask, found)] if found and found["id"] in _known(ask) else []


@table.get("/users/exist")
def exist(ask: Ask) -> Any:
    """The user with an e-mail address, whoever that is: to make a member of them, or to invite them if there is none.

    Source: published .NET example.
    """
    email = ask.query.get("email", "")
    found = by_email(ask, email)
    if found is None:
        raise missing("user", email)
    return person(found)


@table.post("/users")
def create(ask: Ask) -> Any:
    """A user in no team yet. `status` is ignored, as documented."""
    access.portal(ask)
    fields = ask.fields()
    user = accounts.new_user(_free_email(ask, fields, None))
    _describe(user, fields)
    user["displayname"] = user["displayname"] or f"{user['firstname']} {user['lastname']}".strip()
    password = _password(fields)
    ask.store.add("user", user)
    passwords.keep(ask.store, user["id"], password)
    return _full(ask, user)


@table.get("/users/{user}")
def one(ask: Ask) -> Any:
    """Oneself, or somebody of a common team."""
    return _full(ask, _visible(ask))


@table.put("/users/{user}")
def update(ask: Ask) -> Any:
    return _full(ask, _change(ask, _own(ask)))


@table.delete("/users/{user}")
def delete(ask: Ask) -> Any:
    """Deletes the user with what is theirs alone. What they wrote stays, without an author."""
    user, teams = _own(ask), ask.store.all("team")
    owned = next((team for team in teams if team["owner"] == user["id"]), None)
    if owned:
        raise conflict(f"The account owner of team {owned['slug'][:80]!r} cannot be deleted.")
    for team in teams:
        remove(ask, team, user["id"])
    ask.store.delete(user["id"])


def remove(ask: Ask, team: Record, user: str) -> None:
    """Takes a user out of a team and its projects."""
    if user not in team["members"] and user not in team["passive"]:
        return
    for roles in (team["members"], team["passive"]):
        roles.pop(user, None)
    ask.store.save(team)
    for project in ask.store.all("project", owner=team["id"]):
        if project["roles"].pop(user, None) is not None:
            ask.store.save(project)


def by_email(ask: Ask, email: str) -> Record | None:
    return next((user for user in ask.store.all("user") if user["email"].lower() == email.lower()), None)


def email_of(fields: Fields, name: str = "email") -> str:
    """An e-mail address of a request."""
    email = fields.needed(name).strip()
    if not _EMAIL.fullmatch(email):
        raise fields.wrong(name, "an e-mail address")
    return email


def person(user: Record) -> Record:
    """A user as part of something else: an author, a responsible, a member."""
    return {name: user[name] for name in ("id", "email", "status", "firstname", "lastname", "displayname")}


def profile(user: Record) -> Record:
    """A user as whoever made something: an attachment's creator, a slideshow's author, a team's owner."""
    names = ("id", "email", "firstname", "lastname", "company")
    rest = ("displayname", "info", "gender", "phoneWork", "phoneHome", "fax", "mobile", "birthDate", "address")
    return {
        **{name: user[name] for name in names},
        "fullname": f"{user['firstname']} {user['lastname']}".strip(),
        **{name: user[name] for name in (*rest, "preferedLanguage")},
    }


def _known(ask: Ask) -> set[str]:
    return {member for team in access.teams_of(ask) for member in team["members"]} | {ask.user["id"]}


def _visible(ask: Ask) -> Record:
    key = ask.id("user")
    found = ask.store.get("user", key) if key in _known(ask) or access.is_portal(ask) else None
    if found is None:
        raise missing("user", key)
    return found


def _own(ask: Ask) -> Record:
    """The user of the address, if it is oneself or the portal asks."""
    found = _visible(ask)
    if found["id"] != ask.user["id"] and not access.is_portal(ask):
        raise forbidden("Only they themselves, or the shop and portal, change or delete a user.")
    return found


def _full(ask: Ask, user: Record) -> Record:
    """A user with the teams and projects that whoever asks shares with them."""
    teams = [team for team in access.teams_of(ask) if user["id"] in team["members"]]
    projects = [
        {"id": project["id"], "name": project["name"], "teamSlug": team["slug"]}
        for team in teams
        for project in access.visible_projects(ask, team)
        if "Project_View" in access.rights_in(team, project, user)
    ]
    return {
        "projects": projects,
        "teams": [{"id": team["id"], "slug": team["slug"], "name": team["name"]} for team in teams],
        **user,
    }


def _change(ask: Ask, user: Record) -> Record:
    """The user with what a request changes. A new password ends the old sign-ins but this one."""
    fields = ask.fields()
    if "email" in fields:
        user["email"] = _free_email(ask, fields, user["id"])
    status = fields.choice("status", ("Active", "Inactive", "Disabled"))
    if status is not None and status != user["status"]:
        if not access.is_portal(ask):
            raise forbidden("Only the shop and portal change a user's status.")
        user["status"] = status
    _describe(user, fields)
    password = _password(fields) if "password" in fields else None
    if password is not None and not passwords.fits(ask.store, user["id"], password):
        passwords.keep(ask.store, user["id"], password)
        ask.service.sessions.end_all(user["id"], but=ask.signed.token if ask.signed else "")
    return ask.store.save(user)


def _describe(user: Record, fields: Fields) -> None:
    for name in accounts.TEXTS:
        if name in fields:
            user[name] = fields.text(name, limit=NAME) or ""
    # The documents' table and their samples spell it differently.
    for name in ("preferredLanguage", "preferedLanguage"):
        if name in fields:
            user["preferedLanguage"] = fields.text(name, limit=NAME) or ""
    address = fields.within("address")
    for name in accounts.ADDRESS if address else ():
        if address is not None and name in address:
            user["address"][name] = address.text(name, limit=NAME) or ""


def _password(fields: Fields) -> str:
    password = fields.text("password", limit=passwords.LONGEST)
    if not password:
        raise fields.wrong("password", "a text that is not empty")
    return password


def _free_email(ask: Ask, fields: Fields, key: str | None) -> str:
    email = email_of(fields)
    other = by_email(ask, email)
    if other is not None and other["id"] != key:
        raise conflict(f"There is a user with the e-mail address {email[:80]!r} already.")
    return email


def _picture(user: Record, content: bytes) -> Record:
    kind = next((kind for start, kind in _PICTURES.items() if content.startswith(start)), None)
    if kind is None:
        raise bad("A photo must be a picture: PNG, JPEG or GIF.")
    return {"id": user["id"], "type": kind, "photo": f"data:{kind};base64,{base64.b64encode(content).decode()}"}
