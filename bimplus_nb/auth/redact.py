"""Logs without secrets: a filter for our own loggers and those of the HTTP libraries.

httpx writes whole addresses at INFO, with the query; httpcore writes response headers at DEBUG, with the one-time code
in ``Location`` and with cookies. Records go on to every handler, with the secrets hidden.
"""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
import threading
import traceback
from collections import OrderedDict
from collections.abc import Mapping
from urllib.parse import unquote

from bimplus_nb.secrecy import redacted
from bimplus_nb.text import HIDDEN

# A filter of a logger does not hold for those below it, so each is named: httpx 0.28, httpcore 1.0, and whatever is
# there below these names when somebody signs in.
_ROOTS = ("bimplus_nb", "httpx", "httpcore", "httpx_retries", "authlib", "joserfc", "keyring")
_KNOWN = (*_ROOTS, "httpcore.connection", "httpcore.http11", "httpcore.http2", "httpcore.proxy", "httpcore.socks")

_KEY = secrets.token_bytes(32)
_MOST = 2000
_digests: OrderedDict[bytes, None] = OrderedDict()
_lock = threading.Lock()

# What a secret is written in, percent-quoted or not; shorter ones are left to the patterns.
_WORD = re.compile(r"[\w.~+/=%-]{8,}")


def install() -> None:
    """Put the filter on all loggers concerned; again does nothing."""
    made = [name for name in logging.root.manager.loggerDict.copy() if name.partition(".")[0] in _ROOTS]
    for name in {*_KNOWN, *made}:
        logging.getLogger(name).addFilter(_FILTER)


def remember(*values: str | None) -> None:
    """Hide these wherever a record says them as a word. Only their digests are kept, keyed anew in each process."""
    with _lock:
        for value in values:
            if value and len(value) >= 8:
                _digests[_digest(value)] = None
        while len(_digests) > _MOST:
            _digests.popitem(last=False)


def hidden(text: str) -> str:
    """The text as it may be logged."""
    return _WORD.sub(_unless_known, redacted(text))


def _unless_known(word: re.Match[str]) -> str:
    said = word.group()
    if not _digests:
        return said
    # `name=value` and a full stop after it are words too.
    parts = {said, unquote(said), *(part.strip(".") for part in re.split(r"[=/]", unquote(said)))}
    return HIDDEN if any(len(part) >= 8 and _digest(part) in _digests for part in parts) else said


def _digest(value: str) -> bytes:
    return hashlib.blake2b(value.encode(), key=_KEY, digest_size=16).digest()


class _Redaction(logging.Filter):
    """Changes the record itself, once for all handlers."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = ""
        try:
            said = record.getMessage()
            clean = hidden(said)
        except Exception:  # logging itself would complain, and print the arguments
            clean = "(a record that cannot be formatted)"
        if clean != said or any(_says_secret(value) for value in _values(record.args)):
            # The arguments go: a handler of one's own may write them one by one.
            record.msg, record.args = clean, None
        if record.exc_info:
            # As text: a handler that gets the traceback itself may list variables.
            record.exc_text = record.exc_text or _formatted(record.exc_info)
            record.exc_info = None
        if record.exc_text:
            record.exc_text = hidden(record.exc_text)
        if record.stack_info:
            record.stack_info = hidden(record.stack_info)
        for name, value in list(record.__dict__.items()):
            if name not in _USUAL and _says_secret(value):
                record.__dict__[name] = hidden(str(value))
        return True


def _values(args: object) -> list[object]:
    return list(args.values()) if isinstance(args, Mapping) else list(args) if isinstance(args, tuple) else [args]


def _says_secret(value: object) -> bool:
    said = f"{value} {value!r}"
    return hidden(said) != said


def _formatted(info: object) -> str:
    error = info[1] if isinstance(info, tuple) else None
    return "".join(traceback.format_exception(error)).rstrip() if isinstance(error, BaseException) else ""


_USUAL = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
_FILTER = _Redaction()
