"""Every way in which an ID token can be wrong, and that only the right one passes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey, RSAKey

from bimplus_nb.auth import TokenSet
from bimplus_nb.auth.idtoken import UnknownKey, check_id_token
from bimplus_nb.errors import LoginError

ISSUER, CLIENT, NONCE = "https://login.example/realms/a", "client-1", "nonce-1"
KEY = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})
EC = ECKey.generate_key("P-256", {"kid": "k2"})
SAME = RSAKey.import_key(
    {name: value for name, value in KEY.as_dict(private=True).items() if name not in ("alg", "use")}
)
STRANGER = RSAKey.generate_key(2048, {"kid": "k1"})
KEYS = {
    "keys": [
        KEY.as_dict(private=False),
        EC.as_dict(private=False),
        {"kty": "RSA", "kid": "enc", "use": "enc", "e": "AQAB", "n": KEY.as_dict()["n"]},
        {"kty": "future", "kid": "k9"},
    ]
}
ACCESS = "access-1"
AT_HASH = base64.urlsafe_b64encode(hashlib.sha256(ACCESS.encode()).digest()[:16]).rstrip(b"=").decode()


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    whole = {
        "iss": ISSUER, "sub": "user-1", "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": NONCE, "at_hash": AT_HASH,
    }  # fmt: skip
    return {name: value for name, value in {**whole, **changes}.items() if value is not None}


def signed(values: dict[str, Any], *, key: Any = KEY, **header: Any) -> str:
    header = {"alg": "RS256", "kid": "k1", **header}
    return jwt.encode({k: v for k, v in header.items() if v is not None}, values, key, algorithms=[header["alg"]])


def check(token: str, *, algorithms: tuple[str, ...] = ("RS256", "ES256"), **more: Any) -> str:
    tokens = TokenSet({"access_token": ACCESS, "id_token": token})
    wanted = {"keys": KEYS, "algorithms": algorithms, "issuer": ISSUER, "client_id": CLIENT, "nonce": NONCE, **more}
    return check_id_token(tokens, **wanted)


def b64(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def keyed(values: dict[str, Any], secret: bytes) -> str:
    """An HS256 token with the public key as its secret: the classical confusion of algorithms."""
    text = f"{b64({'alg': 'HS256', 'kid': 'k1'})}.{b64(values)}"
    mac = hmac.digest(secret, text.encode(), "sha256")
    return f"{text}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


@pytest.mark.parametrize(
    "make",
    [
        lambda: signed(claims()),
        lambda: signed(claims(), key=EC, alg="ES256", kid="k2"),
        lambda: signed(claims(aud=[CLIENT])),
        lambda: signed(claims(aud=[CLIENT, "other"], azp=CLIENT)),
        lambda: signed(claims(at_hash=None)),
        lambda: signed(claims(iat=int(time.time()) + 290, exp=int(time.time()) + 600)),
        lambda: signed(claims(exp=int(time.time()) - 290)),
    ],
)
def test_the_right_one_passes(make: Callable[[], str]) -> None:
    assert check(make()) == "user-1"


@pytest.mark.parametrize(
    ("token", "why"),
    [
        (signed(claims(iss="https://evil.example")), "another sign-in service"),
        (signed(claims(iss=None)), "another sign-in service"),
        (signed(claims(iss=[ISSUER])), "another sign-in service"),
        (signed(claims(aud="other")), "another application"),
        (signed(claims(aud=None)), "another application"),
        (signed(claims(aud=[])), "another application"),
        (signed(claims(aud=[CLIENT, "other"])), "another application"),
        (signed(claims(azp="other")), "another application"),
        (signed(claims(nonce="nonce-2")), "another sign-in"),
        (signed(claims(nonce=None)), "another sign-in"),
        (signed(claims(nonce=[NONCE])), "another sign-in"),
        (signed(claims(sub=None)), "another user"),
        (signed(claims(sub=5)), "another user"),
        (signed(claims(at_hash="AAAA")), "access token beside it"),
        (signed(claims(at_hash=["x"])), "signature or form|access token"),
        (signed(claims(exp=int(time.time()) - 86400)), r"expired\. .*clock"),
        (signed(claims(exp=None)), "exp"),
        (signed(claims(exp="never")), "exp"),
        (signed(claims(iat=int(time.time()) + 86400, exp=int(time.time()) + 90000)), "from the future.*clock"),
        (signed(claims(nbf=int(time.time()) + 86400)), "from the future.*clock"),
        (signed(claims(iat=None)), "from the future|iat"),
        (signed(claims(), key=STRANGER), "signature"),
        (signed(claims(), key=SAME, alg="RS512"), "signature"),
        (keyed(claims(), KEY.as_pem(private=False)), "signature"),
        (f"{b64({'alg': 'none'})}.{b64(claims())}.", "signature"),
        (f"{b64({'alg': 'none', 'kid': 'k1'})}.{b64(claims())}.", "signature"),
        (signed(claims(), key=STRANGER, jwk=STRANGER.as_dict(private=False)), "signature"),
        (signed(claims(), kid="enc"), "signature|unknown key"),
        (signed(claims())[:-4] + "AAAA", "signature"),
        (re.sub(r"\..*\.", f".{b64(claims(sub='user-2'))}.", signed(claims())), "signature"),
        ("a.b.c", "signature"),
        ("...", "signature"),
        ("x" * 100_000, "signature"),
        (f"{b64([])}.{b64([])}.AA", "signature"),
    ],
)  # fmt: skip
def test_any_wrong_one_is_refused(token: str, why: str) -> None:
    with pytest.raises(LoginError, match=why) as caught:
        check(token)
    assert str(caught.value).startswith("The ID token cannot be accepted: ")
    assert token[:40] not in str(caught.value)


def test_an_unknown_key_is_its_own_error() -> None:
    """So that the issuer's keys can be asked for again."""
    with pytest.raises(UnknownKey):
        check(signed(claims(), kid="k3"))


def test_only_what_discovery_names_and_is_safe_is_accepted() -> None:
    with pytest.raises(LoginError, match="signature"):
        check(signed(claims()), algorithms=("ES256",))
    secret = OctKey.generate_key(256, {"kid": "s"})
    keys = KeySet([secret]).as_dict(private=True)
    with pytest.raises(LoginError, match="signature"):
        check(signed(claims(), key=secret, alg="HS256", kid="s"), keys=keys, algorithms=("HS256", "RS256"))


@pytest.mark.parametrize("keys", [None, [], {}, {"keys": 5}, {"keys": []}, {"keys": ["x"]}, "keys"])
def test_keys_that_are_none(keys: object) -> None:
    with pytest.raises(LoginError, match="signature"):
        check(signed(claims()), keys=keys)


def test_a_missing_token_is_refused() -> None:
    with pytest.raises(LoginError, match="signature or form"):
        check_id_token(
            TokenSet({"access_token": "a"}), keys=KEYS, algorithms=["RS256"], issuer=ISSUER, client_id=CLIENT
        )


def test_after_a_refresh_it_must_be_the_same_user() -> None:
    assert check(signed(claims(nonce=None)), nonce=None, subject="user-1") == "user-1"
    with pytest.raises(LoginError, match="another user"):
        check(signed(claims(nonce=None)), nonce=None, subject="user-2")


@pytest.mark.parametrize("name", ["Ed25519", "EdDSA"])
@pytest.mark.filterwarnings("default:EdDSA is deprecated")  # for signing it here; checking it must not warn
def test_both_names_of_one_signature(name: str, recwarn: pytest.WarningsRecorder) -> None:
    key = OKPKey.generate_key("Ed25519", {"kid": "k3"})
    half = base64.urlsafe_b64encode(hashlib.sha512(ACCESS.encode()).digest()[:32]).rstrip(b"=").decode()
    right, wrong = (signed(claims(at_hash=value), key=key, alg=name, kid="k3") for value in (half, AT_HASH))
    recwarn.clear()
    known = {"keys": {"keys": [key.as_dict(private=False)]}, "algorithms": (name,)}
    assert check(right, **known) == "user-1"
    with pytest.raises(LoginError, match="access token beside it"):
        check(wrong, **known)
    assert not recwarn.list
