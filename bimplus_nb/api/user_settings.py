"""What each user has set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bimplus_nb.api.service import Service
from bimplus_nb.records import Record, Records


class UserSettings(Service):
    """What a user keeps for a program."""

    def hierarchy(self, *, module_id: str, user_id: str, category: str | None = None) -> Records:
        """Which columns a user's tables show in a module, one setting a view; `value` joins their names by "[I]".

        `category` is ObjectNavigator where it is left out.

        ``POST {team}/usersettings/hierarchy/all``
        """
        body = {"moduleid": module_id, "userid": user_id, "category": category}
        return self._many("POST", "{team}/usersettings/hierarchy/all", body=body)

    def get(self, key: str) -> Record:
        """What the user keeps under a key of their own choice. Source: published JavaScript SDK 1.0.56.

        ``GET {team}/userSettings/{}``
        """
        return self._one("GET", "{team}/userSettings/{}", key)

    def set(self, key: str, *, value: Mapping[str, Any]) -> None:
        """Keep a `value` under a key, instead of what was there. Source: published JavaScript SDK 1.0.56.

        ``POST {team}/userSettings/{}``
        """
        self._none("POST", "{team}/userSettings/{}", key, body=value)
