"""Users: who is signed in, and whom one shares a team with."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from bimplus_nb.api.service import Service
from bimplus_nb.http import Progress
from bimplus_nb.records import Record
from bimplus_nb.secrecy import sealed
from bimplus_nb.transfer import Source


class Users(Service):
    """Who is signed in, accounts and photos. Those of the shop and portal application alone may make users and change
    others (Bimplus documentation, User Service).

    What they say of themselves: first, last and display name, company, info, gender, birth date, language; numbers of
    phone (work, home), mobile and fax. `address` has street, streetNr, zip, city, country.
    """

    def current(self) -> Record:
        """Who is signed in.

        ``GET user``
        """
        return self._one("GET", "user")

    def update_current(
        self,
        *,
        first_name: str | None = None,
        last_name: str | None = None,
        display_name: str | None = None,
        company: str | None = None,
        info: str | None = None,
        gender: str | None = None,
        phone_work: str | None = None,
        phone_home: str | None = None,
        fax: str | None = None,
        mobile: str | None = None,
        birth_date: str | None = None,
        address: Mapping[str, Any] | None = None,
        language: str | None = None,
    ) -> None:
        """Change what is given of one's own record.

        ``PUT user``
        """
        body = _said(
            first_name, last_name, display_name, company, info, gender, phone_work, phone_home, fax, mobile, birth_date,
            address, language,
        )  # fmt: skip
        self._none("PUT", "user", body=body)

    def get(self, user_id: str) -> Record:
        """One user: oneself, or somebody of a common team.

        ``GET users/{}``
        """
        return self._one("GET", "users/{}", user_id)

    def exist(self, *, email: str) -> Record:
        """The user with an e-mail address; raises NotFound if there is none, who can then be invited.

        ``GET users/exist``
        """
        return self._one("GET", "users/exist", params={"email": email})

    @sealed
    def create(
        self,
        *,
        email: str,
        password: str,
        first_name: str | None = None,
        last_name: str | None = None,
        display_name: str | None = None,
        company: str | None = None,
        info: str | None = None,
        gender: str | None = None,
        phone_work: str | None = None,
        phone_home: str | None = None,
        fax: str | None = None,
        mobile: str | None = None,
        birth_date: str | None = None,
        address: Mapping[str, Any] | None = None,
        language: str | None = None,
    ) -> Record:
        """A new user, in no team yet. For the shop and portal application only; Conflict if the address is taken.

        ``POST users``
        """
        said = _said(
            first_name, last_name, display_name, company, info, gender, phone_work, phone_home, fax, mobile, birth_date,
            address, language,
        )  # fmt: skip
        return self._one("POST", "users", body={"email": email, "password": password, **said})

    @sealed
    def update(
        self,
        user_id: str,
        *,
        email: str | None = None,
        status: str | None = None,
        password: str | None = None,
        first_name: str | None = None,
        last_name: str | None = None,
        display_name: str | None = None,
        company: str | None = None,
        info: str | None = None,
        gender: str | None = None,
        phone_work: str | None = None,
        phone_home: str | None = None,
        fax: str | None = None,
        mobile: str | None = None,
        birth_date: str | None = None,
        address: Mapping[str, Any] | None = None,
        language: str | None = None,
    ) -> None:
        """Change what is given. They themselves or the shop and portal; `status` ("Active", "Inactive") only these.

        The documents call `email`, `status` and `password` mandatory (Bimplus documentation, User Service).

        ``PUT users/{}``
        """
        said = _said(
            first_name, last_name, display_name, company, info, gender, phone_work, phone_home, fax, mobile, birth_date,
            address, language,
        )  # fmt: skip
        body = {"email": email, "status": status, "password": password, **said}
        self._none("PUT", "users/{}", user_id, body=body)

    def delete(self, user_id: str) -> None:
        """Delete a user. They themselves or the shop and portal.

        ``DELETE users/{}``
        """
        self._none("DELETE", "users/{}", user_id)

    def photo(self) -> bytes:
        """One's own photo, the bytes of the picture; raises NotFound where there is none.

        ``GET user/photo``
        """
        return _picture(self._bytes("user/photo"))

    def set_photo(self, file: Source, *, progress: Progress | None = None) -> Record:
        """Take a picture, PNG or JPEG, as one's own photo.

        ``POST user/photo``
        """
        return self._upload("POST", "user/photo", file=file, progress=progress)

    def delete_photo(self) -> None:
        """Delete one's own photo.

        ``DELETE user/photo``
        """
        self._none("DELETE", "user/photo")


def _said(*values: Any) -> dict[str, Any]:
    """What is said of a user, as the service names it; what is not said is left out."""
    names = (
        *("firstname", "lastname", "displayname", "company", "info", "gender", "phoneWork", "phoneHome", "fax"),
        *("mobile", "birthDate", "address", "preferedLanguage"),
    )
    return {name: value for name, value in zip(names, values, strict=True) if value is not None}


def _picture(body: bytes) -> bytes:
    """The picture of an answer, which may be JSON with base64 in it: the published JavaScript SDK 1.0.56 reads JSON."""
    try:
        value = json.loads(body)
    except ValueError:
        return body
    text = value.get("photo") if isinstance(value, dict) else value
    try:
        return base64.b64decode(text.rpartition(",")[2], validate=True) if isinstance(text, str) else body
    except binascii.Error:
        return body
