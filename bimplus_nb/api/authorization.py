"""The old sign-in of the API itself, by password. Use `connect` and `client.login()`: they sign in with OpenID Connect.

Tokens for ``connect(…, token=…)``. They are not shown; ``answer["access_token"]`` gives one.
"""

from __future__ import annotations

from bimplus_nb.api.service import Service
from bimplus_nb.records import Record
from bimplus_nb.secrecy import sealed


class Authorization(Service):
    """The old sign-in by password. Obsolete: it "will be removed in 2026" (Bimplus documentation, Authorization
    Service)."""

    @sealed
    def sign_in(
        self,
        *,
        user: str,
        password: str,
        application_id: str | None = None,
        client_id: str | None = None,
        remember_me: bool | None = None,
    ) -> Record:
        """Obsolete: a token for the e-mail address `user`; raises LoginError where the password is not right.

        A second sign-in ends the first, unless it sends the `client_id` of the first answer: then it renews the token
        of that device alone (Bimplus documentation, Authorization Service). `application_id` names the program that
        asks; `remember_me` asks for one more token to sign in with later (published .NET client library).

        ``POST authorize``
        """
        body = {
            "user_id": user,
            "password": password,
            "application_id": application_id,
            "client_id": client_id,
            "remember_me": remember_me,
        }
        return self._one("POST", "authorize", body=body, signed=False)

    def info(self) -> Record:
        """Obsolete: whose token this is and how many seconds it is good for yet.

        ``GET authorize``
        """
        return self._one("GET", "authorize")

    def end(self) -> None:
        """Obsolete: end the token at once. `client.logout()` does so for a sign-in with OpenID Connect.

        ``DELETE authorize``
        """
        self._none("DELETE", "authorize")

    def cross_token(self) -> Record:
        """Obsolete: a token with which another application signs this user in, once and within five minutes.

        ``POST cross-token``
        """
        return self._one("POST", "cross-token")

    @sealed
    def cross_sign_in(
        self,
        *,
        cross_token: str,
        client_id: str | None = None,
        team_id: str | None = None,
        project_id: str | None = None,
        application_id: str | None = None,
    ) -> Record:
        """Obsolete: a token for a cross token, which is used up; raises LoginError where it was already.

        `team_id` and `project_id` say where to, `application_id` which program asks.

        ``POST cross-authorize``
        """
        body = {
            "cross_token": cross_token,
            "client_id": client_id,
            "team_id": team_id,
            "project_id": project_id,
            "application_id": application_id,
        }
        return self._one("POST", "cross-authorize", body=body, signed=False)
