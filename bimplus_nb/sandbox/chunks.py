"""Files that arrive piece by piece.

Source: published JavaScript SDK 1.0.56. Each piece is a PUT with ``Content-Range: bytes 0-99/250`` and
``Content-Disposition: inline; name="plan"; filename="plan.pdf"``; from the second one on ``Chunk-FileId`` is the `id`
of the answer before. Pieces come in order. One that came already is taken again, as its sender may not know.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bimplus_nb.sandbox import files
from bimplus_nb.sandbox.fields import guid, now
from bimplus_nb.sandbox.gate import UPLOAD_LIMIT
from bimplus_nb.sandbox.problem import Problem, bad, conflict
from bimplus_nb.sandbox.wire import Ask, Record, disposition

_UNFINISHED = 8
_PIECES = 10_000
_PATIENCE = timedelta(hours=1)
_RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})", re.ASCII)


class Piece(NamedTuple):
    """One piece: where it lies in the file, and of which upload it says it is."""

    first: int
    last: int
    total: int
    name: str
    upload: str | None
    content: bytes

    @property
    def whole(self) -> bool:
        return self.last - self.first + 1 == self.total


def piece(ask: Ask) -> Piece:
    """The piece that a request carries."""
    found = _RANGE.fullmatch(ask.headers.get("content-range", "").strip())
    if not found:
        raise bad("A piece needs the header Content-Range: bytes <first>-<last>/<total>.")
    first, last, total = map(int, found.groups())
    if not first <= last < total:
        raise bad(f"Content-Range bytes {first}-{last}/{total} is no part of a file.")
    if total > UPLOAD_LIMIT:
        raise Problem(413, f"A file may have at most {UPLOAD_LIMIT:,} bytes here.")
    if len(ask.body) != last - first + 1:
        raise bad(f"Content-Range announces {last - first + 1} bytes, but {len(ask.body)} came.")
    name = disposition(ask.headers.get("content-disposition", ""))
    return Piece(first, last, total, files.file_name(name), guid(ask.headers.get("chunk-fileid", "")), ask.body)


def take(ask: Ask, one: Piece, purpose: str, target: str, project: str) -> tuple[str, bytes] | Record:
    """The finished file with the id of its upload, or what to answer while pieces are missing.

    `purpose` and `target` say what the file is to become: two uploads of a name do not meet there.
    """
    if one.whole:
        files.check_room(ask, one.total)
        return "", one.content
    upload = _upload(ask, one, purpose, target, project)
    if one.first < upload["received"]:
        _check_repeated(ask, upload, one)
    else:
        _append(ask, upload, one)
    if upload["received"] < one.total:
        return {"id": upload["id"], "fileName": upload["fileName"], "size": one.total, "received": upload["received"]}
    rows = ask.store.rows("SELECT body FROM files WHERE owner = ? ORDER BY name", upload["id"])
    ask.store.delete(upload["id"])
    return upload["id"], b"".join(body for (body,) in rows)


def unfinished(ask: Ask, one: Piece, purpose: str, target: str) -> Record | None:
    """This user's upload that a piece belongs to."""
    for upload in ask.store.all("upload", owner=target):
        same = (ask.user["id"], purpose, one.name, one.total)
        if same == (upload["user"], upload["purpose"], upload["fileName"], upload["size"]) and not _is_old(upload):
            return upload
    return None


def _upload(ask: Ask, one: Piece, purpose: str, target: str, project: str) -> Record:
    upload = unfinished(ask, one, purpose, target)
    if one.first == 0:
        if upload and ask.store.file(upload["id"], _key(0)) == one.content:
            return upload
        # Not the same beginning: the file has changed since, and its upload starts over.
        return _begin(ask, one, purpose, target, project, upload)
    if upload is None or one.upload not in (None, upload["id"]):
        raise conflict(f"No upload of {one.name[:80]!r} with {one.total} bytes is under way here. Start over.")
    return upload


def _begin(ask: Ask, one: Piece, purpose: str, target: str, project: str, before: Record | None) -> Record:
    files.check_room(ask, one.total)
    if before:
        ask.store.delete(before["id"])
    mine = [upload for upload in ask.store.all("upload") if upload["user"] == ask.user["id"]]
    for upload in mine:
        if _is_old(upload) or upload in mine[: max(0, len(mine) + 1 - _UNFINISHED)]:
            ask.store.delete(upload["id"])
    record: Record = {
        "user": ask.user["id"],
        "purpose": purpose,
        "fileName": one.name,
        "size": one.total,
        "received": 0,
        "pieces": 0,
        "started": now(),
    }
    return ask.store.add("upload", record, owner=target, project=project)


def _append(ask: Ask, upload: Record, one: Piece) -> None:
    if one.first != upload["received"]:
        raise bad(f"The next piece must begin at byte {upload['received']}, not at {one.first}.")
    if upload["pieces"] >= _PIECES:
        raise bad(f"A file comes in at most {_PIECES:,} pieces.")
    ask.store.keep_file(upload["id"], _key(one.first), one.content)
    upload.update(received=one.last + 1, pieces=upload["pieces"] + 1)
    ask.store.save(upload)


def _check_repeated(ask: Ask, upload: Record, one: Piece) -> None:
    if ask.store.file(upload["id"], _key(one.first)) != one.content:
        raise conflict(f"Bytes {one.first} to {one.last} overlap what came before. Start over at byte 0.")


def _key(first: int) -> str:
    return f"{first:015}"


def _is_old(upload: Record) -> bool:
    return datetime.now(UTC) - datetime.fromisoformat(upload["started"]) > _PATIENCE
