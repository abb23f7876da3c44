"""Who is in a project, and who is meant by a name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

import pandas as pd

from bimplus_nb.api import Api
from bimplus_nb.api.parallel import side_by_side
from bimplus_nb.errors import ApiError
from bimplus_nb.frames import person
from bimplus_nb.frames.values import column
from bimplus_nb.text import plain


@dataclass(frozen=True, slots=True)
class Somebody:
    """A member of the project; `name` is "" as long as nobody had to know it."""

    id: str
    email: str
    name: str
    role: str


class People:
    """The members of a project. Fetched when somebody is looked for, and again where they are not found.

    The lists of members have ids and e-mail addresses only (Bimplus documentation, Project Member Service); names are
    asked for where they are needed, one by one and side by side.
    """

    def __init__(self, api: Api, project_id: str) -> None:
        self._api = api
        self._project_id = project_id
        self._members: dict[str, Somebody] | None = None
        self._names: dict[str, str] = {}

    def frame(self) -> pd.DataFrame:
        """One row a member of the project, index id: name, email, role."""
        found = list(self._named(self._asked()).values())
        index = pd.Index([one.id for one in found], name="id", dtype="str")
        said = {name: [getattr(one, name) for one in found] for name in ("name", "email", "role")}
        return pd.DataFrame({name: column(values, "text", index=index) for name, values in said.items()}, index=index)

    def ids(self, wanted: object) -> list[str]:
        """The ids of who is meant: a name, e-mail address or id, or several. Raises ValueError, in words, for nobody.

        None and "" are nobody.
        """
        if wanted is None or (isinstance(wanted, str) and not wanted.strip()):
            return []
        several = [wanted] if isinstance(wanted, str) or not isinstance(wanted, Iterable) else list(wanted)
        return list(dict.fromkeys(self._id(str(one).strip()) for one in several))

    def named(self, ids: Iterable[str]) -> list[list[str]]:
        """These ids, each with the name or e-mail address of whom it is."""
        members = self._named(self._members or self._asked())
        return [[id_, members[id_.lower()].name or members[id_.lower()].email] for id_ in ids]

    def _id(self, wanted: str) -> str:
        known = self._members is not None
        members = self._members or self._asked()
        for again in (False, True):
            if again:
                if not known:
                    break
                members = self._asked()  # whoever came meanwhile
            key = wanted.lower()
            for one in members.values():
                if key in (one.id.lower(), one.email.lower()):
                    return one.id
            members = self._named(members)
            meant = [one for one in members.values() if one.name.strip().lower() == key]
            if len(meant) == 1:
                return meant[0].id
            if meant:
                emails = ", ".join(plain(one.email, 60) for one in meant)
                raise ValueError(f"{len(meant)} members are called {plain(wanted, 60)!r}: {emails}")
        names = sorted(one.name or one.email for one in members.values())
        close = get_close_matches(wanted, names, n=5, cutoff=0.3) or names[:8]
        there = ", ".join(repr(plain(name, 60)) for name in close)
        raise ValueError(f"{plain(wanted, 60)!r} is no member of the project; there are {there or 'none'}")

    def _asked(self) -> dict[str, Somebody]:
        self._members = {}
        for record in self._api.project_members.all(self._project_id):
            member, role = (_mapping(record.get(key)) for key in ("member", "role"))
            # The published .NET example reads `user` in its place.
            said = member or _mapping(record.get("user"))
            id_ = str(said.get("id") or "")
            if id_:
                name = person({key: value for key, value in said.items() if key not in ("id", "email")}) or ""
                one = Somebody(id_, str(said.get("email") or ""), name, str(role.get("name") or ""))
                self._members[id_.lower()] = one
        return self._members

    def _named(self, members: dict[str, Somebody]) -> dict[str, Somebody]:
        nameless = [one.id for one in members.values() if not one.name and one.id not in self._names]
        self._names |= dict(zip(nameless, side_by_side(self._name, nameless), strict=True))
        for key, one in members.items():
            members[key] = replace(one, name=one.name or self._names[one.id])
        return members

    def _name(self, id_: str) -> str:
        try:
            return person(self._api.users.get(id_)) or ""
        except ApiError:
            return ""  # the e-mail address has to do


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
