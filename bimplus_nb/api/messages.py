"""Messages of users and of the service itself, over all teams."""

from __future__ import annotations

from urllib.parse import quote

from bimplus_nb.api.service import Service
from bimplus_nb.records import Record, Records


class Messages(Service):
    """What the service and other users write. Where they are listed, the service spells `returncode` what it calls
    `returnCode` where they are filtered (Bimplus documentation, Messaging Service)."""

    def all(self) -> Records:
        """What this user received and sent.

        ``GET messages``
        """
        return self._many("GET", "messages")

    def own(self) -> Records:
        """What this user received.

        ``GET user/messages``
        """
        return self._many("GET", "user/messages")

    def of_user(self, user_id: str, *, topic: str | None = None) -> Records:
        """What a user received; everybody reads their own only.

        ``GET user/{}/messages``
        """
        return self._many("GET", "user/{}/messages", user_id, params={"topic": topic})

    def sent(self, user_id: str) -> Records:
        """What a user sent; everybody reads their own only.

        ``GET user/{}/messages/sent``
        """
        return self._many("GET", "user/{}/messages/sent", user_id)

    def where(
        self,
        *,
        topic: str | None = None,
        source: str | None = None,
        severity: str | None = None,
        code: str | None = None,
        sender: str | None = None,
        receiver: str | None = None,
        unread: bool | None = None,
    ) -> Records:
        """The messages that meet all these conditions; `sender` and `receiver` are e-mail addresses.

        ``GET messages``
        """
        asked = {
            "topic": topic,
            "source": source,
            "severity": severity,
            "returnCode": code,
            "sender.email": sender,
            "receiver.email": receiver,
            "unread": None if unread is None else str(unread).lower(),
        }
        # Escaped once for the filter, so that a value may hold & or =, and by the request once more for the address.
        conditions = [f"{name}={quote(value, safe='@')}" for name, value in asked.items() if value is not None]
        return self._many("GET", "messages", params={"filter": "&".join(conditions) or None})

    def get(self, message_id: str) -> Record:
        """One message that this user received or sent.

        ``GET messages/{}``
        """
        return self._one("GET", "messages/{}", message_id)

    def create(
        self,
        *,
        receiver: str,
        topic: str,
        source: str,
        code: str,
        severity: str = "Info",
        data: str | None = None,
        correlation: str | None = None,
        unread: bool = True,
    ) -> Record:
        """Send a message to the user of this id, who must be in a team with oneself.

        `topic` and `source` say what it is about and which program writes, `data` is what else it has to say. `code` is
        the result to report ("OK"), `severity` Info, Warn or Error, `correlation` what it belongs to. It is `unread`
        until its receiver marks it.

        ``POST messages``
        """
        body = {
            "receiver": {"id": receiver},
            "topic": topic,
            "source": source,
            "returnCode": code,
            "severity": severity,
            "additionalData": data,
            "correlationId": correlation,
            "unread": unread,
        }
        return self._one("POST", "messages", body=body)

    def mark_read(self, message_id: str) -> None:
        """Mark a message as read; its receiver may.

        ``POST messages/{}/markasread``
        """
        self._none("POST", "messages/{}/markasread", message_id)

    def mark_read_in_browser(self, message_id: str) -> None:
        """Mark a message as read, as the portal does (published JavaScript SDK 1.0.56).

        ``POST messages/{}/markasreadbrowser``
        """
        self._none("POST", "messages/{}/markasreadbrowser", message_id)

    def delete(self, message_id: str) -> None:
        """Delete a message; its receiver may.

        ``DELETE messages/{}``
        """
        self._none("DELETE", "messages/{}", message_id)
