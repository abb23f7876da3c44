"""Files to and from the service: streamed, counted, checked, and in place only when whole.

A download is written under a temporary name in the chosen folder, verified against the length that the service
announced, and renamed at the end; where the connection breaks it goes on from there, if the service can, or begins
anew. Its name comes from the service and is hostile: only a plain file name in the chosen folder is ever made of it,
and a file that is there already is never replaced.

Longer than most files because both directions, and all that makes a file safe, are meant to be read in one place.
"""

from __future__ import annotations

import io
import mimetypes
import os
import re
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from email.message import Message
from email.utils import collapse_rfc2231_value
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import quote

from bimplus_nb.answers import interpret
from bimplus_nb.errors import ApiError, ConnectionFailed
from bimplus_nb.http import Http, Progress, Readable, Stream

Source = str | os.PathLike[str] | bytes
"""A file to send: its path, or its bytes (then `name` says what it is called)."""

Folder = str | os.PathLike[str]
"""Where a file goes: an existing folder, in which it gets the service's name for it."""

ChunkSize = int
"""How much of a file goes in one request when it is sent piece by piece, bytes."""

CHUNK: ChunkSize = 8 << 20

_TRIES = 5
_NAME = 200
# Names of devices where Windows runs: https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_DEVICE = re.compile(r"(?i)^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\.|$)")
_NOTHING_YET = "00000000-0000-0000-0000-000000000000"


def upload(
    http: Http,
    method: str,
    path: str,
    *ids: str | int,
    file: Source,
    name: str | None = None,
    form: Mapping[str, Any] | None = None,
    params: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> Any:
    """Send a file as multipart/form-data, streamed; the value of the answer.

    The parts are those of the vendor's web components 0.0.189: file, name, size, type. `form` adds to them.
    """
    with _opened(file) as content:
        called, size = name or _called(file), _size(content)
        kind = mimetypes.guess_type(called)[0] or "application/octet-stream"
        parts = {"name": called, "size": str(size), "type": kind}
        parts |= {key: str(value) for key, value in (form or {}).items() if value is not None}
        watched = cast("Readable", _Watched(content, called, size, progress))
        answer = http.send(method, path, *ids, params=params, form=parts, files={"file": (called, watched, kind)})
    return interpret(answer.status, answer.headers, answer.body, method=method, path=answer.path)


def upload_in_chunks(
    http: Http,
    path: str,
    *ids: str | int,
    file: Source,
    name: str | None = None,
    chunk_size: int,
    params: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> Any:
    """Send a file piece by piece; the value of the answer to the last piece.

    Each piece is a PUT that may be repeated alone, so a large file survives a bad line. Headers as the vendor's
    published JavaScript SDK 1.0.56 sends them: Content-Range, Content-Disposition, and from the second piece on
    Chunk-FileId.
    """
    if chunk_size < 1:
        raise ValueError("chunk_size must be at least one byte.")
    with _opened(file) as content:
        called, size = name or _called(file), _size(content)
        if size == 0:
            raise ValueError(f"{called!r} is empty; there is nothing to send.")
        headers = {"Content-Disposition": _disposition(called)}
        value: Any = None
        for start in range(0, size, chunk_size):
            piece = content.read(min(chunk_size, size - start))
            if len(piece) < min(chunk_size, size - start):
                raise _cut_short(called)
            headers["Content-Range"] = f"bytes {start}-{start + len(piece) - 1}/{size}"
            answer = http.send("PUT", path, *ids, params=params, content=piece, headers=headers)
            value = interpret(answer.status, answer.headers, answer.body, method="PUT", path=answer.path)
            headers["Chunk-FileId"] = _ascii(_upload_id(value) or called)
            if progress is not None:
                progress(start + len(piece), size)
    return value


def download(
    http: Http,
    path: str,
    *ids: str | int,
    folder: Folder,
    method: str = "GET",
    params: Mapping[str, Any] | None = None,
    body: Any = None,
    progress: Progress | None = None,
) -> Path:
    """Fetch a file into `folder`, an existing one; the path it has there.

    Where the file is the answer to a POST with a `body`, that is sent once: neither resumed nor repeated.

    Raises NotADirectoryError, an `ApiError` for a refusal or a length that is not the announced one, and
    `ConnectionFailed` where the line breaks again and again. Nothing is left behind then.
    """
    into = Path(folder)
    if not into.is_dir():
        raise NotADirectoryError(f"{folder} is not a folder. Make it first, or name another one.")
    handle, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=into)
    try:
        with os.fdopen(handle, "wb") as file:
            name = _fetch(http, method, path, ids, params, body, file, progress)
        return _settle(Path(temporary), into, name)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(temporary)


def safe_name(header: str, fallback: str = "download") -> str:
    """A plain file name out of a Content-Disposition header, whatever that says: no folder, no control or direction
    character, no leading dot, no name of a device, at most 200 bytes before a counter is added. Pure."""
    name = re.split(r"[/\\:]", _said(header))[-1]
    name = "".join(char for char in name if char.isprintable() and char not in '<>"|?*')
    name = _short(name.strip(" ."))
    return f"{fallback}-{name}".rstrip("-") if not name or _DEVICE.match(name) else name


def _said(header: str) -> str:
    """The file name as the header has it."""
    message = Message()
    message["content-disposition"] = header[:4000].replace("\r", " ").replace("\n", " ")
    try:
        names = [value for key, value in message.get_params([], "content-disposition") if key.lower() == "filename"]
        # Of two the one written as filename* is whole, the other for old programs (RFC 6266, section 4.3).
        return collapse_rfc2231_value(sorted(names, key=lambda value: isinstance(value, str))[0]) if names else ""
    except (ValueError, LookupError, TypeError):
        return ""


def _short(name: str) -> str:
    """The name within what every file system takes, its ending kept."""
    if len(name.encode()) <= _NAME:
        return name
    ending = "".join(name.rpartition(".")[1:])
    if ending == name or len(ending.encode()) > 20:
        ending = ""
    kept = name.removesuffix(ending).encode()[: _NAME - len(ending.encode())].decode(errors="ignore")
    return kept.rstrip(" .") + ending


def _fetch(
    http: Http,
    method: str,
    path: str,
    ids: tuple[str | int, ...],
    params: Mapping[str, Any] | None,
    body: Any,
    file: BinaryIO,
    progress: Progress | None,
) -> str:
    """Everything into `file`; the file name the service gave."""
    etag: str | None = None
    for attempt in range(_TRIES):
        done = begun = file.tell()
        headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
        if done and etag:
            headers |= {"Range": f"bytes={done}-", "If-Range": etag}
        try:
            with http.stream(method, path, *ids, params=params, body=body, headers=headers) as answer:
                if answer.status == 206 and not _goes_on(answer, done, etag):
                    etag = None  # another file by now, or another part of it: all of it then
                    continue
                if answer.status != 206:
                    file.seek(0)
                    file.truncate()
                begun, etag = file.tell(), _strong(answer)
                total = _copy(answer, file, progress)
        except ConnectionFailed:
            if method != "GET" or attempt == _TRIES - 1 or file.tell() == begun:
                raise
        except ApiError as error:
            if error.status != 416 or etag is None:
                raise
            etag = None  # shorter than what came of it before
        else:
            if total is not None and file.tell() != total:
                raise _wrong_length(method, answer, f"{total:,} bytes were announced and {file.tell():,} came")
            return safe_name(answer.headers.get("content-disposition", ""))
    raise _wrong_length(method, answer, "other parts of the file came than were asked for")


def _goes_on(answer: Stream, done: int, etag: str | None) -> bool:
    """Whether an answer is the rest of the file of which `done` bytes are there."""
    first = re.match(r"bytes (\d+)-", answer.headers.get("content-range", ""))
    return etag is not None and first is not None and int(first.group(1)) == done and _strong(answer) in (None, etag)


def _strong(answer: Stream) -> str | None:
    """The ETag that stands for the very bytes that are coming, if there is one."""
    etag = answer.headers.get("etag", "")
    return etag if etag.startswith('"') and "content-encoding" not in answer.headers else None


def _copy(answer: Stream, file: BinaryIO, progress: Progress | None) -> int | None:
    """The bytes of one answer behind those that are there; how many there should be in all then."""
    total: int | None = None
    length = answer.headers.get("content-length", "")
    if length.isdecimal() and "content-encoding" not in answer.headers:
        total = file.tell() + int(length)
    for piece in answer.pieces:
        file.write(piece)
        if progress is not None:
            progress(file.tell(), total)
    return total


def _wrong_length(method: str, answer: Stream, words: str) -> ApiError:
    text = f"{method} {answer.path}: {words}. Try again."
    return ApiError(text, status=answer.status, method=method, path=answer.path)


def _settle(temporary: Path, folder: Path, name: str) -> Path:
    """The finished file under its name, or under the next free one: "plan (2).pdf"."""
    stem, dot, ending = name.rpartition(".")
    if not dot:
        stem, ending = name, ""
    for number in range(1, 10_000):
        target = folder / (name if number == 1 else f"{stem} ({number}){dot}{ending}")
        try:
            # Reserves the name first, so that of two downloads at once none replaces the other's file.
            handle = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
        except FileExistsError:
            continue
        try:
            # A temporary file is its owner's alone; this one is to be like any other in the folder.
            mode = stat.S_IMODE(os.fstat(handle).st_mode)
            os.close(handle)
            os.chmod(temporary, mode)
            os.replace(temporary, target)
        except BaseException:
            with suppress(OSError):
                os.unlink(target)
            raise
        return target
    raise FileExistsError(f"{folder} has too many files called {name!r}.")


def _opened(file: Source) -> BinaryIO:
    return io.BytesIO(file) if isinstance(file, bytes) else Path(file).open("rb")


def _called(file: Source) -> str:
    """A file's own name. On Linux it may be no text at all."""
    return "file" if isinstance(file, bytes) else Path(file).name.encode(errors="replace").decode()


def _size(content: BinaryIO) -> int:
    size = content.seek(0, os.SEEK_END)
    content.seek(0)
    return size


def _cut_short(name: str) -> OSError:
    return OSError(f"{name!r} became shorter while it was being sent.")


def _disposition(name: str) -> str:
    """The header that names a piece's file, as the SDK writes it; any letters stand in a further `filename*`."""
    header = f'inline; name="{_ascii(name.rpartition(".")[0] or name)}"; filename="{_ascii(name)}"'
    whole = quote(name.encode(errors="replace"), safe="")
    return header if _ascii(name) == name else f"{header}; filename*=UTF-8''{whole}"


def _upload_id(value: Any) -> str:
    """What the next piece must say it belongs to: the answer's id, or where that is none yet, its file name."""
    known = value if isinstance(value, dict) else {}
    return str(known.get("id") if known.get("id") not in (None, _NOTHING_YET) else known.get("fileName") or "")


def _ascii(name: str) -> str:
    """A name as it may stand in a header."""
    return re.sub(r'[^ -~]|["\\]', "_", name)


class _Watched(io.RawIOBase):
    """A file that tells how much of it has been read, and has the size it had at the beginning."""

    def __init__(self, content: BinaryIO, name: str, size: int, progress: Progress | None) -> None:
        super().__init__()
        self._content, self._name, self._size, self._progress = content, name, size, progress

    def read(self, size: int = -1) -> bytes:
        left = self._size - self._content.tell()
        piece = self._content.read(left if size < 0 else min(size, left))
        if left > 0 and size and not piece:
            raise _cut_short(self._name)
        if piece and self._progress is not None:
            self._progress(self._content.tell(), self._size)
        return piece

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_END:
            offset, whence = self._size + offset, os.SEEK_SET
        return self._content.seek(offset, whence)

    def tell(self) -> int:
        return self._content.tell()
