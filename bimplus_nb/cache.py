"""`Cache`: what a service answered, kept on the disk from kernel to kernel, for who got it.

Nothing is taken from it on trust: each time the service is asked whether its answer still stands, by the ETag that came
with it, and says so to the token of who asks (304) or answers anew. A file is an answer: a checksum, the few headers
that are needed, the bytes. It holds no address, no token and no cookie, and its name tells nothing: it is a digest of
the service, the user and the address, so that nobody gets what another one could see.

Whatever goes wrong with the disk, the answer of the service is what counts: a file that is broken, gone or cannot be
written is as if it had never been there.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Final

import platformdirs

FOLDER: Final = "BIMPLUS_CACHE"
"""The environment variable that names another folder for the cache; ``off`` for none at all."""

MOST: Final = 2 << 30
"""Bytes of all that is kept. Beyond, what was not used for longest goes first."""

_HEADERS: Final = ("etag", "content-type", "x-total-count")
_DIGEST: Final = 32  # letters
_ABANDONED: Final = 3600.0  # seconds after which a file that is not finished never will be


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer from the disk: `etag` names its state."""

    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def etag(self) -> str:
        return self.headers["etag"]


def folder() -> Path | None:
    """Where answers are kept: $BIMPLUS_CACHE, else the user's own cache; None where that says ``off``."""
    chosen = os.environ.get(FOLDER, "")
    if chosen.strip().lower() == "off":
        return None
    return Path(chosen) if chosen else platformdirs.user_cache_path("bimplus_nb") / "answers"


class Cache:
    """The answers that one service gave to one user. `owner` names both. May be used from many threads and kernels."""

    def __init__(self, place: Path, owner: str, *, most: int = MOST) -> None:
        self._place = place
        self._owner = owner
        self._most = most
        self._lock = threading.Lock()
        self._unseen: int | None = None  # bytes written since the folder was looked through, None for never

    def get(self, question: str) -> Kept | None:
        """What was answered to this question (an address with its query), None where nothing is there."""
        path = self._path(question)
        try:
            data = path.read_bytes()
            os.utime(path)  # so that it is the last to go
            head, _, body = data[_DIGEST + 1 :].partition(b"\n")
            if data[:_DIGEST] != self._digest(question, head, body):
                raise ValueError
            return Kept(json.loads(head), body)
        except (OSError, ValueError):
            return None

    def put(self, question: str, headers: Mapping[str, str], body: bytes) -> None:
        """Keep an answer, if it may be kept (its `headers`, named in lower case, tell) and can be."""
        if not headers.get("etag") or "no-store" in headers.get("cache-control", "").lower():
            return
        if len(body) > self._most // 8:
            return
        head = json.dumps({name: headers[name] for name in _HEADERS if name in headers}).encode()
        with suppress(OSError):
            self._place.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not _is_private(self._place):
                return
            self._make_room(len(body))
            handle, temporary = tempfile.mkstemp(suffix=".part", dir=self._place)  # for its owner alone
            try:
                with open(handle, "wb") as file:
                    file.writelines([self._digest(question, head, body), b"\n", head, b"\n", body])
                os.replace(temporary, self._path(question))
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise

    def _path(self, question: str) -> Path:
        return self._place / blake2b(f"{self._owner}\n{question}".encode(), digest_size=20).hexdigest()

    def _digest(self, question: str, head: bytes, body: bytes) -> bytes:
        """Of the question too: a file under another's name is none."""
        digest = blake2b(f"{self._owner}\n{question}\n".encode(), digest_size=_DIGEST // 2)
        digest.update(head + b"\n")
        digest.update(body)
        return digest.hexdigest().encode()

    def _make_room(self, size: int) -> None:
        """Looks through the folder now and then, for other kernels write there too, and removes what is too much."""
        with self._lock:
            if self._unseen is not None and self._unseen + size < self._most // 20:
                self._unseen += size
                return
            self._unseen = size
            found, total = [], size
            with os.scandir(self._place) as entries:
                for entry in entries:
                    stat = entry.stat(follow_symlinks=False)
                    if entry.name.endswith(".part") and stat.st_mtime < time.time() - _ABANDONED:
                        Path(entry.path).unlink(missing_ok=True)  # of a process that was killed
                    else:
                        found.append((stat.st_mtime, stat.st_size, entry.path))
                        total += stat.st_size
            # A good deal at once, so that the next answers find room.
            least = self._most * 9 // 10 if total > self._most else self._most
            for _, freed, path in sorted(found):
                if total <= least:
                    break
                with suppress(OSError):
                    Path(path).unlink()
                    total -= freed


def _is_private(place: Path) -> bool:
    """Whether nobody else can write to this folder or read in it."""
    if os.name != "posix":
        return True  # a user's own folders are, on Windows
    stat = place.stat()
    return stat.st_uid == os.geteuid() and not stat.st_mode & 0o077
