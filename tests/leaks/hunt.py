"""The hunt for leaks: whether a text holds a secret, whole or any twelve characters in a row of it.

As it is, percent-quoted, in HTML or JSON spelling, between ANSI colours, in base64 and base64url at any of the three
alignments.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np

RUN = 12

SHOWN = frozenset({"state", "nonce", "user_code"})
"""Kinds that a person must see while a sign-in waits, inside the link to open or to type at it. They are good for that
one sign-in and dead when it has ended; by themselves they sign nobody in. So they may stand where the link is shown,
which is what a cell printed, and nowhere else."""

# The header of a signed token names algorithm and key, the same in all and no secret.
_SIGNED = re.compile(r"eyJ[\w-]+\.([\w-]+\.[\w-]*)")
_ANSI = re.compile(r"(?:\x1b|\\x1b|\\u001b)\[[0-9;]*m")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


@dataclass(frozen=True, slots=True)
class Hit:
    """A leak: of what kind, where, and what stands before it. Never the secret itself: a hunt's report is a log too."""

    kind: str
    where: str
    before: str


class Hunt:
    """What is looked for: pairs of a kind and a secret."""

    def __init__(self, secrets: Iterable[tuple[str, str]]) -> None:
        self.kinds: set[str] = set()
        self._runs: dict[bytes, str] = {}
        self._short: dict[bytes, str] = {}
        for kind, secret in dict.fromkeys(secrets):
            self.kinds.add(kind)
            part = (found.group(1) if (found := _SIGNED.fullmatch(secret)) else secret).encode()
            if len(part) < RUN:
                self._short |= {form: kind for form in (part, part.replace(b"-", b"")) if len(form) >= 6}
            # Coded twice, an address in what a token says looks as in any picture of the page; its signature does not.
            for form in (part, *_coded(part.rpartition(b".")[2] if found else part)):
                self._runs |= {form[at : at + RUN]: kind for at in range(len(form) - RUN + 1)}
        self._begins = np.zeros(1 << _BITS, bool)
        for run in self._runs:
            self._begins[_places(run)] = True

    def search(self, said: str | bytes, where: str, *, but: frozenset[str] = frozenset()) -> list[Hit]:
        """What `said` leaks, leaving out the kinds in `but`."""
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        hits: dict[str, Hit] = {}
        for form in dict.fromkeys(_spelled(text)):
            data = form.encode("utf-8", "replace")
            for at, kind in self._found(data):
                if kind not in but:
                    hits.setdefault(kind, Hit(kind, where, data[max(0, at - 60) : at].decode("utf-8", "replace")))
        return list(hits.values())

    def _found(self, data: bytes) -> Iterator[tuple[int, str]]:
        end = 0
        for at in np.flatnonzero(self._begins[_places(data)]).tolist() if len(data) >= RUN else []:
            if at >= end and (kind := self._runs.get(data[at : at + RUN])) is not None:
                yield at, kind
                end = at + RUN
        for short, kind in self._short.items():
            if found := re.search(rb"(?<![A-Za-z0-9])%s(?![A-Za-z0-9])" % re.escape(short), data):
                yield found.start(), kind


def written(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """The files below a folder, but the record of secrets and the key with which Jupyter signs notebooks."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in ("record.jsonl", "secret"):
            yield path, path.read_bytes()


_BITS = 24


def _places(data: bytes) -> Any:
    """A number for each eight bytes in a row, the same for the same: few places are left to be looked at closely."""
    rows = np.ndarray(max(0, len(data) - RUN + 1), "<u8", data, strides=(1,))
    return (rows * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - _BITS)


def _coded(data: bytes) -> Iterator[bytes]:
    """What is the same in the base64 of everything that holds these bytes."""
    for skipped in range(3):
        whole = data[skipped:]
        whole = whole[: len(whole) - len(whole) % 3]
        for code in (base64.b64encode, base64.urlsafe_b64encode):
            yield code(whole)


def _spelled(text: str) -> Iterator[str]:
    """The text, and as whoever reads it would decode it."""
    yield text
    plain = _ANSI.sub("", text)
    yield plain
    if "\\" in plain:
        plain = _ESCAPE.sub(lambda found: chr(int(found.group(1), 16)), plain)
        yield plain.replace("\\/", "/").replace("\\n", "").replace('\\"', '"')
    if "&" in plain:
        yield html.unescape(plain)
    if "%" in plain:
        yield unquote(plain)
        yield unquote(unquote(plain)).replace("+", " ")
