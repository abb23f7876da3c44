"""Files that come and go: what they may be called and be, how much room a team has, and how they are handed out."""

from __future__ import annotations

import re
from urllib.parse import quote

from bimplus_nb.sandbox import access
from bimplus_nb.sandbox.problem import Problem, bad, missing
from bimplus_nb.sandbox.wire import Ask, Reply, Upload

NAME_LIMIT = 255
_PLAIN_TYPE = "application/octet-stream"
_TYPE = re.compile(r"[A-Za-z0-9][\w.+-]{0,99}/[A-Za-z0-9][\w.+-]{0,99}", re.ASCII)
_PICTURES = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "image/webp"),
)
# What a browser may show in its window. Never a page or a drawing with scripts in it.
_SHOWN = {"application/pdf", *(kind for _, kind in _PICTURES)}


def sent(ask: Ask) -> Upload:
    """The file of a request: name and kind as the part `file` or the fields beside it say.

    Parts as the vendor's web components 0.0.189 send them: file, name, size, type, objectId.
    """
    if not ask.files:
        raise bad("A file must be sent: multipart/form-data with a part named file.")
    file = ask.files.get("file") or next(iter(ask.files.values()))
    return Upload(file_name(ask.form.get("name") or file.name), content_type(file.type), file.content)


def file_name(text: str) -> str:
    """A file's name without any folder, as text that can be written out again."""
    name = text.encode("utf-8", "replace").decode().replace("\\", "/").rpartition("/")[2]
    if not name.strip() or len(name) > NAME_LIMIT:
        raise bad(f"The name of a file must have 1 to {NAME_LIMIT} characters.")
    return name


def content_type(text: str) -> str:
    """A content type that may stand in a header."""
    kind = text.partition(";")[0].strip().lower()
    return kind if _TYPE.fullmatch(kind) else _PLAIN_TYPE


def picture(content: bytes) -> str | None:
    """The kind of picture that the bytes are, told by themselves."""
    return next((kind for magic, kind in _PICTURES if magic.match(content)), None)


def check_room(ask: Ask, size: int) -> None:
    """Refuses what would not fit into the team's storage any more."""
    team = access.team(ask)
    used = ask.store.row(
        "SELECT total(length(f.body)) FROM files f JOIN things t ON t.id = f.owner JOIN things p ON p.id = t.project "
        "WHERE p.owner = ?",
        team["id"],
    )[0]
    if used + size > team["totalStorage"]:
        raise Problem(413, f"The team's storage of {team['totalStorage']:,} bytes has no room for {size:,} more.")


def served(ask: Ask, owner: str, name: str, *, called: str, kind: str, size: int, tag: str) -> Reply:
    """A kept file, or the part of it that is asked for. To be saved, but for a picture or PDF with `openInBrowser`."""
    shown = kind in _SHOWN and ask.flag("openInBrowser")
    headers = {
        "Content-Type": kind,
        "Content-Disposition": f"{'inline' if shown else 'attachment'}; {_called(called)}",
        "Accept-Ranges": "bytes",
    }
    part = _part(ask, size, tag)
    first, last = part or (0, size - 1)
    if part:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"

    def body() -> bytes:
        row = ask.store.row(
            "SELECT substr(body, ?, ?) FROM files WHERE owner = ? AND name = ?",
            first + 1,
            last - first + 1,
            owner,
            name,
        )
        if row is None:  # deleted meanwhile
            raise missing("file", called)
        return bytes(row[0])

    return Reply(body, 206 if part else 200, headers, tag, strong=True)


def _part(ask: Ask, size: int, tag: str) -> tuple[int, int] | None:
    """First and last byte of the one range asked for; None for everything (RFC 9110, section 14)."""
    asked = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", ask.headers.get("range", "").replace(" ", ""), re.ASCII)
    if not asked or asked.groups() == ("", ""):
        return None
    if ask.headers.get("if-range", f'"{tag}"') != f'"{tag}"':
        return None
    start, end = asked.groups()
    if not start:
        first, last = max(size - int(end), 0), size - 1
    else:
        first, last = int(start), min(int(end) if end else size - 1, size - 1)
        if end and int(end) < first:
            return None
    if first > last:
        raise Problem(416, f"The file has {size} bytes.", {"Content-Range": f"bytes */{size}"})
    return first, last


def _called(name: str) -> str:
    """The file name in both spellings of a header (RFC 6266): plain, and whole."""
    plain = re.sub(r'[^ -~]|["\\%]', "_", name)
    return f"filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='', errors='replace')}"
