"""The hunt finds what is planted, in every spelling and in every place; and nothing else."""

from __future__ import annotations

import base64
import html
import json
import secrets
from pathlib import Path
from urllib.parse import quote

import pytest
from leaks.hunt import SHOWN, Hunt
from leaks.kernels import run

TOKEN = secrets.token_urlsafe(48)
SIGNED = f"eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.{secrets.token_urlsafe(90)}.{secrets.token_urlsafe(64)}"
PASSWORD = f'{secrets.token_urlsafe(9)} /+&<"{secrets.token_urlsafe(9)}'
HUNT = Hunt([("access_token", SIGNED), ("refresh_token", TOKEN), ("password", PASSWORD), ("user_code", "BCDF-GHJK")])


@pytest.mark.parametrize(
    "planted",
    [
        TOKEN,
        TOKEN[20:32],
        SIGNED,
        SIGNED.partition(".")[2][:12],
        SIGNED[-12:],
        quote(PASSWORD),
        quote(quote(PASSWORD)),
        html.escape(PASSWORD),
        json.dumps(json.dumps(PASSWORD))[1:-1],
        repr(PASSWORD.encode()),
        f"{TOKEN[:8]}\x1b[39;49m{TOKEN[8:]}",
        json.dumps(f"{TOKEN[:8]}\x1b[39m{TOKEN[8:]}"),
        base64.b64encode(TOKEN.encode()).decode(),
        base64.b64encode(b"x" + TOKEN.encode() + b"yz").decode(),
        base64.b64encode(b"xy" + TOKEN.encode()).decode(),
        base64.urlsafe_b64encode(b"?" + PASSWORD.encode() + b"???").decode(),
        base64.b64encode(f'{{"a": "{SIGNED[-30:]}"}}'.encode()).decode(),
        "the code BCDF-GHJK",
        "the code bcdfghjk".upper(),
        TOKEN.encode(),
        b"\xff\xfe" + TOKEN.encode() + b"\xff",
    ],
    ids=[f"way {k}" for k in range(21)],  # the cases are random, their names are not
)
def test_what_is_planted_is_found(planted: str | bytes) -> None:
    around = (b"much before ", b" much after") if isinstance(planted, bytes) else ("much before ", " much after")
    hits = HUNT.search(around[0] + planted + around[1], "here")  # type: ignore[operator]
    assert hits
    assert {hit.where for hit in hits} == {"here"}
    assert not any(TOKEN[20:32] in hit.before for hit in hits)


@pytest.mark.parametrize(
    "said",
    [
        "",
        TOKEN[:11],
        SIGNED.partition(".")[0],
        f"{TOKEN[:8]} {TOKEN[8:16]}",
        "XBCDF-GHJKX",
        "an answer without secrets " * 100,
    ],
    ids=[f"said {k}" for k in range(6)],
)
def test_what_is_no_leak_is_not_found(said: str) -> None:
    assert HUNT.search(said, "here") == []


def test_an_address_is_no_leak_in_a_picture_within_a_picture() -> None:
    """Both kinds begin addresses alike, and base64 of base64 makes long runs of the little that is the same."""

    def coded(text: str) -> str:
        return base64.urlsafe_b64encode(text.encode()).decode()

    for before in ("", "a", "ab"):
        said = json.dumps({"sub": before, "iss": "http://127.0.0.1:8080/oidc"}, separators=(",", ":"))
        hunt = Hunt([("id_token", f"eyJhbGciOiJSUzI1NiJ9.{coded(said).rstrip('=')}.{secrets.token_urlsafe(64)}")])
        for inner in ("", " ", "  "):
            for outer in ("", " ", "  "):
                assert hunt.search(coded(outer + coded(f'{inner}<svg xmlns="http://www.w3.org/2000/svg">')), "") == []


def test_what_may_be_shown_may_be_left_out() -> None:
    assert HUNT.search("BCDF-GHJK", "here", but=SHOWN) == []
    assert [hit.kind for hit in HUNT.search("BCDF-GHJK", "here")] == ["user_code"]


PLANTED = {
    "what cells printed": "print(hunt.token('planted'))",
    "what cells showed": "hunt.token('planted')",
    "tracebacks": "def careless(value):\n    raise RuntimeError('no')\ncareless(hunt.token('planted'))",
    "saved widgets": "import ipywidgets\nfield = ipywidgets.Text(hunt.token('planted'))\nfield.layout",
    "log.txt": "import logging\nlogging.getLogger('mine').debug('got %s', hunt.token('planted'))",
    "structured.txt": "logging.getLogger('mine').debug('got', extra={'mine': hunt.token('planted')})",
    "shown.txt": "hunt.show(mine={'a': hunt.token('planted')})",
    "stderr.txt": "import os\n_ = os.write(2, hunt.token('planted').encode())",
    "stdout.txt": "_ = os.write(1, hunt.token('planted').encode())",
    "widgets.txt": "other = ipywidgets.HTML(hunt.token('planted'))\nhunt.show_public()",
    "embedded.html": "another = ipywidgets.Password(value=hunt.token('planted'))\nhunt.show_public()",
}


def test_a_leak_in_any_place_is_found(tmp_path: Path) -> None:
    done = run(list(PLANTED.values()), tmp_path)
    assert done.errors() == ["", "", "RuntimeError", *[""] * (len(PLANTED) - 3)]
    planted = [(kind, value) for kind, value in done.secrets if kind == "planted"]
    assert len(planted) == len(PLANTED)
    for (where, source), secret in zip(PLANTED.items(), planted, strict=True):
        found = {hit.where for hit in done.hits(Hunt([secret]))}
        assert where in found, (source, found)
