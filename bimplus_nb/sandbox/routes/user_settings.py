"""What each user has set. Source of the hierarchies: Bimplus documentation, Windows Explorer Services; of the settings
by key: published JavaScript SDK 1.0.56."""

from __future__ import annotations

from typing import Any

from bimplus_nb.sandbox import access, people, views
from bimplus_nb.sandbox.fields import NAME, parse
from bimplus_nb.sandbox.problem import bad, forbidden, missing
from bimplus_nb.sandbox.wire import Ask, Record, Table

table = Table()

_NAVIGATOR = "ObjectNavigator"
_MOST, _LONGEST = 200, 1_000_000


# The documents spell it heirarchy throughout; the service may too.
@table.post("/{team}/usersettings/hierarchy/all", "/{team}/usersettings/heirarchy/all", status=200)
def hierarchies(ask: Ask) -> Any:
    """Which columns a user's tables show, a setting a view, joined by "[I]"; everybody sees their own only."""
    access.team(ask)
    fields = ask.fields()
    module, user = fields.guid("moduleid"), fields.guid("userid")
    category = fields.text("category", limit=NAME) or _NAVIGATOR
    if module is None or user is None:
        raise bad("moduleid and userid must be GUIDs.")
    if user != ask.user["id"]:
        raise forbidden("These are the settings of another user.")
    if category.lower() != _NAVIGATOR.lower():
        return []
    return [_hierarchy(view, module, user) for view in views.views() if view["objectname"] == "Element"]


@table.get("/{team}/userSettings/{key}", "/{team}/usersettings/{key}")
def one(ask: Ask) -> Any:
    """What this user keeps under a key."""
    found = _kept(ask).get(ask.path["key"].lower())
    if found is None:
        raise missing("setting", ask.path["key"])
    return found["value"]


@table.post("/{team}/userSettings/{key}", "/{team}/usersettings/{key}", status=200)
def keep(ask: Ask) -> Any:
    """Keeps an object under a key, instead of what was there."""
    kept, key, value = _kept(ask), ask.path["key"].lower(), parse(ask.body)
    if not isinstance(value, dict):
        raise bad("A setting must be a JSON object.")
    if len(ask.body) > _LONGEST or len(key) > 200:
        raise bad(f"A setting has at most {_LONGEST} bytes, its key 200 characters.")
    if key in kept:
        ask.store.save({**kept[key], "value": value})
    elif len(kept) >= _MOST:
        raise bad(f"A user keeps at most {_MOST} settings.")
    else:
        body = {"key": key, "team": access.team(ask)["id"], "value": value}
        ask.store.add("usersetting", body, owner=ask.user["id"])
    return value


def _kept(ask: Ask) -> dict[str, Record]:
    """This user's settings in the team, by key."""
    team = access.team(ask)["id"]
    return {one["key"]: one for one in ask.store.all("usersetting", owner=ask.user["id"]) if one["team"] == team}


def _hierarchy(view: Record, module: str, user: str) -> Record:
    name = view["viewname"]
    return {
        "attribusersettingid": people.guid("usersetting", module, user, name),
        "objectid": people.guid("usersettings", user),
        "module": module,
        "userid": user,
        "category": _NAVIGATOR,
        "isdefault": False,
        "valuekey": f"[{name}]",
        "valuename": name,
        "value": "[I]".join(views.defaults(view)),
        "datasmallint": None,
        "revision": None,
    }
