"""Logs of ours and of the HTTP libraries, read as people read them: after formatting, and part by part."""

from __future__ import annotations

import io
import logging
import secrets
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from issuing import CLIENT, answer_to, issuing
from scripted import serving

from bimplus_nb.auth import Issuer, Redirected, Session, TokenSet, redact
from bimplus_nb.http import Http

SECRET = secrets.token_urlsafe(32)


class Keeping(logging.Handler):
    """Keeps records, and what the usual formatter makes of them."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []
        self.text = io.StringIO()

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)
        self.text.write(self.format(record) + "\n")

    def everything(self) -> str:
        return self.text.getvalue() + "".join(repr(vars(record)) for record in self.records)


@pytest.fixture
def log() -> Iterator[Keeping]:
    """All that is logged, at DEBUG."""
    redact.install()
    handler, root = Keeping(), logging.getLogger()
    handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))
    level = root.level
    root.setLevel(logging.DEBUG)
    root.addHandler(handler)
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.mark.parametrize(
    ("message", "args"),
    [
        (f"asked https://h/x?code={SECRET}&a=b", ()),
        ("asked %s", (httpx.URL(f"https://h/x?state={SECRET}"),)),
        ("asked %(url)s", ({"url": f"https://h/x?code={SECRET}"},)),
        ("sent %s", ({"Authorization": f"BimPlus {SECRET}"},)),
        ("sent %r %d", ([("refresh_token", SECRET)], 5)),
        ("got %s", (f'{{"access_token": "{SECRET}"}}',)),
        ("got nothing", (f"refresh_token={SECRET}",)),
    ],
    ids=["address", "argument", "named argument", "headers", "pairs", "answer", "left over"],
)
@pytest.mark.parametrize("name", ["bimplus_nb.x", "httpx", "httpcore.http11", "authlib.oauth2.client"])
def test_secrets_go_from_message_and_arguments(log: Keeping, name: str, message: str, args: tuple[Any, ...]) -> None:
    logger = logging.getLogger(name)
    Session("https://h.example")  # made after the logger, as loggers of libraries are
    logger.debug(message, *args)
    assert SECRET not in log.everything()
    assert log.text.getvalue().startswith(f"{name}: ")


def test_the_rest_passes_as_it_is(log: Keeping) -> None:
    logging.getLogger("httpx").info('HTTP Request: %s %s "%d"', "GET", "https://h/v2/user", 200)
    (record,) = log.records
    assert (record.msg, record.args) == ('HTTP Request: %s %s "%d"', ("GET", "https://h/v2/user", 200))
    assert log.text.getvalue() == 'httpx: HTTP Request: GET https://h/v2/user "200"\n'


def test_other_loggers_are_left_alone(log: Keeping) -> None:
    logging.getLogger("somebody.else").info("code=%s", SECRET)
    assert SECRET in log.text.getvalue()


def test_tracebacks_go_on_as_text_without_variables(log: Keeping) -> None:
    def careless(value: str) -> None:
        raise RuntimeError(f"could not use refresh_token={value}")

    try:
        careless(SECRET)
    except RuntimeError:
        logging.getLogger("bimplus_nb").exception("it broke", stack_info=True, extra={"body": f"code={SECRET}", "n": 1})
    (record,) = log.records
    assert "in careless" in log.text.getvalue()
    assert "RuntimeError: could not use refresh_token=•••" in log.text.getvalue()
    assert "Stack (most recent call last)" in log.text.getvalue()
    assert record.exc_info is None
    assert (record.body, record.n) == ("code=•••", 1)  # type: ignore[attr-defined]
    assert SECRET not in log.everything()


def test_a_record_that_cannot_be_formatted_does_no_harm(log: Keeping, capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("httpx").info("%d", SECRET)
    assert log.text.getvalue() == "httpx: (a record that cannot be formatted)\n"
    assert SECRET not in log.everything()
    assert capsys.readouterr() == ("", "")


def test_a_known_secret_is_found_where_nothing_names_it(log: Keeping) -> None:
    logging.getLogger("httpx").info("before %s", SECRET)
    TokenSet({"access_token": SECRET})
    logging.getLogger("httpx").info("after %s, /%s/ and x=%s.", SECRET, SECRET, SECRET)
    before, after = log.text.getvalue().splitlines()
    assert SECRET in before
    assert SECRET not in after


def test_what_is_known_cannot_be_read() -> None:
    redact.remember(SECRET, None, "short")
    assert SECRET not in repr(vars(redact))
    assert all(len(each) == 16 for each in redact._digests)
    redact.remember(*(f"another secret {number}" for number in range(3000)))
    assert len(redact._digests) == 2000


def test_once_is_enough() -> None:
    for _ in range(3):
        redact.install()
    assert len(logging.getLogger("httpcore.http11").filters) == 1


def test_a_whole_sign_in_at_the_highest_level(log: Keeping) -> None:
    """The real libraries, with a code in a Location and a cookie beside it."""
    with (
        issuing() as fake,
        serving(
            lambda h: h.reply(302, b"", Location=f"http://h/cb?code={SECRET}", Set_Cookie=f"SESSION={SECRET}")
        ) as leading,
    ):
        fake.answer = {"access_token": SECRET + "-access", "refresh_token": SECRET + "-refresh"}
        session = Session(fake.api, issuer=Issuer(fake.api, client_id=CLIENT))
        assert session.issuer is not None
        waiting = Redirected(session.issuer, session.issuer.begin("http://127.0.0.1:9/callback"), session.accept)
        waiting.complete(answer_to(waiting.url, fake, code=SECRET + "-code"))
        with httpx.Client() as browser:
            browser.get(f"{leading.url}?state={SECRET}")
        http = Http(leading.url)
        assert http._session.get(f"{leading.url}?api-token={SECRET}").status_code == 302
        http.close()
        session.logout()
    said = log.everything()
    assert "receive_response_headers.complete" in said
    assert "HTTP Request: POST" in said
    assert not any(SECRET[at : at + 12] in said for at in range(len(SECRET) - 11))
