"""Messages: what users write to each other, and what the service reports to them.

Source: Bimplus documentation, Messaging Service, which spells some names both ways: ``returncode`` where messages are
listed or read, ``returnCode`` where they are filtered. `sent`, `groupsent`, `topic` and `markasreadbrowser`: published
JavaScript SDK 1.0.56. A user sees what they received or sent, and nobody else's.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from bimplus_nb.sandbox import access, notices
from bimplus_nb.sandbox.fields import Fields, guid
from bimplus_nb.sandbox.problem import bad, forbidden, missing
from bimplus_nb.sandbox.wire import Ask, Record, Table

table = Table()

_LOWER = {"returnCode": "returncode", "additionalData": "additionaldata", "correlationId": "correlationid"}
_TEXTS = ("id", "sender.id", "sender.email", "receiver.id", "receiver.email", "source", "topic", "severity",
          "returnCode", "timestamp", "correlationId", "unread")  # fmt: skip
_ASKED = {name.lower(): name for name in _TEXTS}
_SEVERITIES = ("Info", "Warn", "Warning", "Error")


@table.get("/messages")
def every(ask: Ask) -> Any:
    """What this user received and sent; with `filter` only what meets its conditions, ``topic=IFC_JOB&unread=true``."""
    shown = [_shown(ask, message) for message in _mine(ask)]
    if not ask.query.get("filter"):
        return [_lower(message) for message in shown]
    wanted = _conditions(ask.query["filter"])
    return [message for message in shown if all(_value(message, name) == value for name, value in wanted)]


@table.post("/messages")
def create(ask: Ask) -> Any:
    """A message to somebody of a common team. Its sender is who sends it."""
    fields = ask.fields()
    sender = fields.within("sender")
    if sender is not None and _user(ask, sender, "sender")["id"] != ask.user["id"]:
        raise forbidden("A message is sent in one's own name only.")
    to = fields.within("receiver")
    if to is None:
        raise fields.wrong("receiver", "an object with the id or the email of a user")
    receiver = _user(ask, to, "receiver")
    texts = {name: fields.needed(name) for name in ("source", "topic", "returnCode")}
    severity = fields.choice("severity", _SEVERITIES)
    if severity is None:
        raise fields.wrong("severity", "one of " + ", ".join(_SEVERITIES))
    unread, correlation = fields.flag("unread"), fields.guid("correlationId")
    message = notices.tell(
        ask.store, receiver["id"], sender=ask.user["id"], source=texts["source"], topic=texts["topic"],
        code=texts["returnCode"], severity=severity, data=fields.raw("additionalData"), correlation=correlation,
    )  # fmt: skip
    if unread is False:
        ask.store.save({**message, "unread": False})
        message["unread"] = False
    return _lower(_shown(ask, message))


@table.get("/user/messages")
def own(ask: Ask) -> Any:
    """What this user received."""
    return [_lower(_shown(ask, message)) for message in ask.store.all("message", owner=ask.user["id"])]


@table.get("/user/{user}/messages")
def of_user(ask: Ask) -> Any:
    """What a user received, oneself only; with `topic` only those of it."""
    _oneself(ask)
    topic = ask.query.get("topic", "").lower()
    received = ask.store.all("message", owner=ask.user["id"])
    return [_lower(_shown(ask, message)) for message in received if topic in ("", str(message["topic"]).lower())]


@table.get("/user/{user}/messages/sent")
def sent(ask: Ask) -> Any:
    """What a user sent, oneself only."""
    _oneself(ask)
    return [_lower(_shown(ask, message)) for message in _mine(ask) if message["sender"] == ask.user["id"]]


@table.get("/user/{user}/messages/groupsent")
def sent_to_groups(ask: Ask) -> Any:
    """Nothing: there are no groups here."""
    _oneself(ask)
    return []


@table.get("/messages/{message}")
def one(ask: Ask) -> Any:
    return _lower(_shown(ask, _message(ask)))


@table.post("/messages/{message}/markasread", "/messages/{message}/markasreadbrowser", status=200)
def mark_read(ask: Ask) -> Any:
    """Its receiver has read it."""
    message = _message(ask, receiver=True)
    message["unread"] = False
    return _lower(_shown(ask, ask.store.save(message)))


@table.delete("/messages/{message}")
def delete(ask: Ask) -> Any:
    ask.store.delete(_message(ask, receiver=True)["id"])


def _mine(ask: Ask) -> list[Record]:
    return [one for one in ask.store.all("message") if ask.user["id"] in (one["sender"], one["receiver"])]


def _message(ask: Ask, *, receiver: bool = False) -> Record:
    key = ask.id("message")
    message = ask.store.get("message", key)
    if message is None or ask.user["id"] not in (message["sender"], message["receiver"]):
        raise missing("message", ask.path["message"])
    if receiver and message["receiver"] != ask.user["id"]:
        raise forbidden("Only its receiver marks or deletes a message.")
    return message


def _known(ask: Ask) -> set[str]:
    """Everybody of this user's teams."""
    return {member for team in access.teams_of(ask) for member in team["members"]} | {ask.user["id"]}


def _oneself(ask: Ask) -> None:
    key = ask.id("user")
    if key not in _known(ask):
        raise missing("user", key)
    if key != ask.user["id"]:
        raise forbidden("Everybody reads their own messages only.")


def _user(ask: Ask, named: Fields, role: str) -> Record:
    """The user that an id or an e-mail address names, of a team that both belong to."""
    key, email = named.guid("id"), (named.text("email", limit=1000) or "").lower()
    known = _known(ask)
    for user in ask.store.all("user"):
        if user["id"] in known and (user["id"] == key if key else user["email"].lower() == email):
            return user
    raise bad(f"{role} must be a user of a common team, named by id or by email.")


def _conditions(text: str) -> list[tuple[str, str]]:
    """The conditions of a filter; values may be percent-escaped, so that they can hold & and =."""
    found = []
    for condition in text.split("&"):
        name, equals, value = condition.partition("=")
        known = _ASKED.get(name.strip().lower())
        if not equals or known is None:
            raise bad("filter must be <name>=<value>, several joined by &, of " + ", ".join(_TEXTS) + ".")
        found.append((known, unquote(value, errors="replace").strip().casefold()))
    return found


def _value(message: Record, name: str) -> str:
    value: Any = message
    for part in name.split("."):
        value = value[part]
    return ("true" if value else "false") if isinstance(value, bool) else str(value or "").casefold()


def _shown(ask: Ask, message: Record) -> Record:
    return {
        "id": message["id"],
        "sender": _named(ask, message["sender"]),
        "receiver": _named(ask, message["receiver"]),
        **{key: value for key, value in message.items() if key not in ("id", "sender", "receiver")},
    }


def _named(ask: Ask, key: str) -> Record:
    user = ask.store.get("user", key) if guid(key or "") else None
    return {"id": key, "email": user["email"] if user else ""}


def _lower(message: Record) -> Record:
    return {_LOWER.get(key, key): value for key, value in message.items()}
