"""Files over lines that break and from services that lie: whole and in place, or nothing at all."""

from __future__ import annotations

import os
import re
import socket
import threading
import tracemalloc
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scripted import Handler, Server, serving

from bimplus_nb.errors import ApiError, ConnectionFailed, NotFound, ServerError
from bimplus_nb.http import Http
from bimplus_nb.transfer import download, safe_name, upload, upload_in_chunks

CONTENT = bytes(range(256)) * 2000
DIRECTIONS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def fetch(server: Server, folder: Path, **options: Any) -> Path:
    http = Http(server.url, timeout=5)
    try:
        return download(http, "file", folder=folder, **options)
    finally:
        http.close()


def cut(request: Handler, status: int, body: bytes, after: int, **headers: str) -> None:
    """Announces a body and hangs up in the middle of it."""
    request.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **headers}.items():
        request.send_header(name.replace("_", "-"), value)
    request.end_headers()
    request.wfile.write(body[:after])
    request.wfile.flush()
    hang_up(request)


def hang_up(request: Handler) -> None:
    request.close_connection = True
    request.connection.shutdown(socket.SHUT_RDWR)


def in_turn(*scripts: Callable[[Handler], None]) -> Callable[[Handler], None]:
    """One script a request; the last for all that follow."""
    waiting = list(scripts)
    return lambda request: (waiting.pop(0) if len(waiting) > 1 else waiting[0])(request)


def rest(request: Handler, body: bytes = CONTENT, **headers: str) -> None:
    """An honest service: the part that is asked for, or everything."""
    asked = re.fullmatch(r"bytes=(\d+)-", request.headers.get("Range", ""))
    first = int(asked.group(1)) if asked else 0
    more = {"Content-Range": f"bytes {first}-{len(body) - 1}/{len(body)}"} if asked else {}
    request.reply(206 if asked else 200, body[first:], **{**more, **headers})


# Download


def test_a_download_is_the_file_under_its_name(tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    headers = {"Content-Disposition": "attachment; filename=\"plan_.pdf\"; filename*=UTF-8''pl%C3%A4n.pdf"}
    with serving(lambda request: request.reply(200, CONTENT, **headers)) as server:
        paths = [fetch(server, tmp_path, progress=lambda *step: told.append(step)) for _ in range(3)]
        asked = [headers for _, _, headers in server.seen]
    assert [path.name for path in paths] == ["plän.pdf", "plän (2).pdf", "plän (3).pdf"]
    assert [path.read_bytes() for path in paths] == [CONTENT] * 3
    assert sorted(tmp_path.iterdir()) == sorted(paths)
    assert all(one["Accept-Encoding"] == "identity" and "Range" not in one for one in asked)
    counts = [count for count, _ in told[: len(told) // 3]]
    assert counts == sorted(counts)
    assert (counts[-1], {total for _, total in told}) == (len(CONTENT), {len(CONTENT)})


@pytest.mark.skipif(os.name == "nt", reason="no such rights there")
def test_it_may_be_read_like_any_other_file(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    with serving(lambda request: request.reply(200, b"x")) as server:
        assert fetch(server, tmp_path).stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_broken_download_goes_on_where_it_was(tmp_path: Path) -> None:
    script = in_turn(
        lambda request: cut(request, 200, CONTENT, 200_000, ETag='"1"'),
        lambda request: cut(
            request,
            206,
            CONTENT[int(request.headers["Range"][6:-1]) :],
            150_000,
            ETag='"1"',
            Content_Range=f"bytes {request.headers['Range'][6:-1]}-{len(CONTENT) - 1}/{len(CONTENT)}",
        ),
        lambda request: rest(request, ETag='"1"'),
    )
    with serving(script) as server:
        assert fetch(server, tmp_path).read_bytes() == CONTENT
        first, second, third = [headers for _, _, headers in server.seen]
    assert "Range" not in first
    assert second["If-Range"] == third["If-Range"] == '"1"'
    assert 0 < int(second["Range"][6:-1]) < int(third["Range"][6:-1])


NEW = b"new" * 200_000


@pytest.mark.parametrize(
    "then",
    [
        lambda request: request.reply(200, NEW, ETag='"2"'),  # If-Range did not hold
        lambda request: request.reply(200, NEW),  # knows no ranges
        lambda request: rest(request, NEW, ETag='"2"'),  # ignores If-Range, but says what it sends
        lambda request: request.reply(206, NEW[9:], ETag='"1"', Content_Range=f"bytes 9-{len(NEW) - 1}/{len(NEW)}"),
        lambda request: request.reply(206, NEW[9:], ETag='"1"'),
        lambda request: request.reply(416 if "Range" in request.headers else 200, NEW, ETag='"2"'),
    ],
    ids=["changed", "no ranges", "another etag", "another part", "no part named", "shorter now"],
)
def test_a_file_that_changed_meanwhile_comes_anew(tmp_path: Path, then: Callable[[Handler], None]) -> None:
    whole = in_turn(then, lambda request: request.reply(200, NEW, ETag='"2"'))
    with serving(in_turn(lambda request: cut(request, 200, CONTENT, 200_000, ETag='"1"'), whole)) as server:
        assert fetch(server, tmp_path).read_bytes() == NEW
        assert "Range" in server.seen[1][2]


@pytest.mark.parametrize("headers", [{}, {"ETag": 'W/"1"'}, {"ETag": "1"}])
def test_without_a_strong_etag_it_begins_anew(tmp_path: Path, headers: dict[str, str]) -> None:
    script = in_turn(lambda request: cut(request, 200, CONTENT, 200_000, **headers), rest)
    with serving(script) as server:
        assert fetch(server, tmp_path).read_bytes() == CONTENT
        assert "Range" not in server.seen[1][2]


@pytest.mark.parametrize(
    ("script", "error"),
    [
        (lambda request: cut(request, 200, CONTENT, 200_000, ETag='"1"'), ConnectionFailed),
        (lambda request: request.reply(200, b"short", Content_Length="9") or hang_up(request), ConnectionFailed),
        (hang_up, ConnectionFailed),
        (lambda request: request.reply(404), NotFound),
        (lambda request: request.reply(500), ServerError),
        (lambda request: request.reply(206, b"x", Content_Range="bytes 5-5/6"), ApiError),
        (lambda request: request.reply(416), ApiError),
        (lambda request: request.reply(200, b"x", Content_Disposition="a" * 10_000_000), ConnectionFailed),
    ],
    ids=["always cut", "wrong length", "hangs up", "404", "500", "a part only", "416", "endless header"],
)
def test_nothing_is_left_of_a_failure(
    tmp_path: Path, script: Callable[[Handler], None], error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    (tmp_path / "there.txt").write_text("mine")
    with serving(script) as server, pytest.raises(error):
        fetch(server, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["there.txt"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_nothing_is_left_of_an_interruption(tmp_path: Path, error: type[BaseException]) -> None:
    def stop(*_: Any) -> None:
        raise error

    with serving(lambda request: request.reply(200, CONTENT)) as server, pytest.raises(error):
        fetch(server, tmp_path, progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_must_be_there(tmp_path: Path) -> None:
    with serving(rest) as server:
        for folder in (tmp_path / "no", Path(__file__)):
            with pytest.raises(NotADirectoryError):
                fetch(server, folder)
        assert server.seen == []


def test_nothing_that_is_there_is_replaced(tmp_path: Path) -> None:
    inner, outside = tmp_path / "in", tmp_path / "outside.txt"
    inner.mkdir()
    (inner / "a.txt").symlink_to(outside)
    (inner / "a (2).txt").mkdir()
    (inner / "a (3).txt").write_text("mine")
    with serving(lambda request: request.reply(200, b"x", Content_Disposition='a; filename="a.txt"')) as server:
        assert fetch(server, inner).name == "a (4).txt"
    assert not outside.exists()
    assert (inner / "a (3).txt").read_text() == "mine"


HOSTILE = {
    'filename="../../etc/passwd"': "passwd", 'filename="C:\\\\x"': "x", "filename*=UTF-8''%2e%2e%2fup.txt": "up.txt",
    'filename=".bashrc"': "bashrc", 'filename=""': "download", 'filename=".."': "download", "": "download",
    'filename="con.txt"': "download-con.txt", 'filename="COM¹"': "download-COM¹", 'filename="aux"': "download-aux",
    "filename*=UTF-8''a%00b.txt": "ab.txt", "filename*=UTF-8''exe.%E2%80%AEfdp.pdf": "exe.fdp.pdf",
    'filename="a<b>|?*.txt"': "ab.txt", 'filename="a.txt. . "': "a.txt", 'filename="a.txt:stream"': "stream",
    "filename*=unicode_escape''%5Cud800a": "a", "filename*=no-such-charset''b.txt": "b.txt",
    "filename*=UTF-8''%FF%FE.txt": "\ufffd\ufffd.txt", "filename*0=a; filename*1=.txt": "a.txt",
    'filename="plan (1).tar.gz"': "plan (1).tar.gz", "filename=Grundriß.pdf": "Grundriß.pdf",
}  # fmt: skip


@pytest.mark.parametrize("said", HOSTILE)
def test_names_that_want_to_get_out(tmp_path: Path, said: str) -> None:
    assert safe_name(f"attachment; {said}") == HOSTILE[said]
    inner = tmp_path / "in"
    inner.mkdir()
    with serving(
        lambda request: request.reply(200, b"x", Content_Disposition=f"attachment; {said}".encode().decode("latin-1"))
    ) as server:
        path = fetch(server, inner)
    assert path.parent == inner
    assert [*inner.iterdir(), *tmp_path.iterdir()] == [path, inner]


def plain(name: str) -> bool:
    """Whether a name is one component of a path, on every system, that shows what it is."""
    return (
        PurePosixPath(name).name == PureWindowsPath(name).name == name
        and not name.startswith(".")
        and not name.endswith((" ", "."))
        and not any(unicodedata.category(char)[0] == "C" or char in DIRECTIONS for char in name)
        and not PureWindowsPath(name).is_reserved()
        and 0 < len(f"{name} (9999)".encode()) <= 255
    )


@given(st.text() | st.text("./\\: \x00\u202econ*\"';=%0123456789a", max_size=30))
@example("con .txt")
@example("." * 300 + "a")
@example("é" * 300 + ".pdf")
@example("𝔸" * 4000)
@example("a." + " " * 300)
@example("lpt1.txt/")
def test_a_name_is_always_plain(name: str) -> None:
    encoded = quote(name.encode("utf-8", "replace"), safe="")
    for header in (name, f"a; filename={name}", f'a; filename="{name}"', f"a; filename*=UTF-8''{encoded}",
                   f"a; filename*={name}", f"a; filename*0*={name}; filename*1={name}"):  # fmt: skip
        assert plain(safe_name(header))


@given(st.from_regex(r"[A-Za-z0-9äöü][A-Za-z0-9äöü _()-]{0,40}[A-Za-z0-9]\.[a-z]{3}", fullmatch=True))
def test_an_honest_name_stays(name: str) -> None:
    if plain(name):
        assert safe_name(f"attachment; filename=\"x\"; filename*=UTF-8''{quote(name)}") == name


# Upload


def accept(request: Handler) -> None:
    request.reply(201, b'{"id": "1"}')


@pytest.mark.parametrize("name", [None, 'a "quoted" plän.pdf'])
def test_an_upload_says_what_it_is(tmp_path: Path, name: str | None) -> None:
    source, bodies, told = tmp_path / "plan.pdf", [], []
    source.write_bytes(CONTENT)
    with serving(lambda request: bodies.append(request.body) or accept(request)) as server:
        http = Http(server.url)
        value = upload(http, "POST", "files", file=source, name=name, form={"objectId": "7", "none": None},
                       progress=lambda *step: told.append(step))  # fmt: skip
        upload(http, "POST", "files", file=CONTENT, name="plan.pdf")
        http.close()
    assert value == {"id": "1"}
    fields = dict(re.findall(rb'form-data; name="(\w+)"\r\n\r\n([^\r]*)\r\n', bodies[0]))
    assert fields == {b"name": (name or "plan.pdf").encode(), b"size": str(len(CONTENT)).encode(),
                      b"type": b"application/pdf", b"objectId": b"7"}  # fmt: skip
    for body in bodies:
        assert CONTENT in body
        assert b"Content-Type: application/pdf" in body
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert [count for count, _ in told] == sorted(count for count, _ in told)


@pytest.mark.parametrize("script", [hang_up, lambda request: request.reply(503, Retry_After="0")])
def test_an_upload_is_never_sent_twice(script: Callable[[Handler], None]) -> None:
    with serving(script) as server:
        http = Http(server.url)
        with pytest.raises((ConnectionFailed, ServerError)):
            upload(http, "POST", "files", file=b"x")
        http.close()
        assert len(server.seen) == 1


def test_a_file_that_shrinks_is_not_sent_as_whole(tmp_path: Path) -> None:
    source = tmp_path / "log.txt"
    source.write_bytes(CONTENT)

    def shrink(*_: Any) -> None:
        os.truncate(source, 100)

    with serving(accept) as server:
        http = Http(server.url)
        with pytest.raises(OSError, match=r"'log.txt' became shorter"):
            upload(http, "POST", "files", file=source, progress=shrink)
        os.truncate(source, 5000)
        with pytest.raises(OSError, match=r"'log.txt' became shorter"):
            upload_in_chunks(http, "files", file=source, chunk_size=1000, progress=shrink)
        http.close()


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    source = tmp_path / os.fsdecode(b"pl\xe4n.pdf")
    source.write_bytes(b"x")
    bodies: list[bytes] = []
    with serving(lambda request: bodies.append(request.body) or accept(request)) as server:
        http = Http(server.url)
        upload(http, "POST", "files", file=source)
        upload_in_chunks(http, "files", file=source, chunk_size=1)
        http.close()
        assert 'filename="pl_n.pdf"' in server.seen[1][2]["Content-Disposition"] or "pl?n" in str(server.seen[1])
    assert b'filename="pl?n.pdf"' in bodies[0]


@pytest.mark.parametrize("known", ["7", None, "00000000-0000-0000-0000-000000000000"])
def test_pieces_as_the_vendors_client_sends_them(known: str | None) -> None:
    """A piece that fails is repeated alone; the next says what it belongs to."""
    bodies: list[bytes] = []
    told: list[tuple[int, int | None]] = []
    answer = (f'{{"id": "{known}", "fileName": "kept.bin"}}' if known else "{}").encode()
    fails = iter([True])

    def script(request: Handler) -> None:
        if request.headers["Content-Range"].startswith("bytes 4-") and next(fails, False):
            request.reply(503, Retry_After="0")
            return
        bodies.append(request.body)
        request.reply(200, answer)

    with serving(script) as server:
        http = Http(server.url)
        value = upload_in_chunks(http, "files", file=b"0123456789", name="Maß.bin", chunk_size=4,
                                 progress=lambda *step: told.append(step))  # fmt: skip
        http.close()
        seen = [headers for method, _, headers in server.seen if method == "PUT"]
    assert b"".join(bodies) == b"0123456789"
    assert (value or {}).get("id") == known
    ranges = ["bytes 0-3/10", "bytes 4-7/10", "bytes 4-7/10", "bytes 8-9/10"]
    assert [headers["Content-Range"] for headers in seen] == ranges
    named = 'inline; name="Ma_"; filename="Ma_.bin"; filename*=UTF-8\'\'Ma%C3%9F.bin'
    assert {headers["Content-Disposition"] for headers in seen} == {named}
    follows = known if known == "7" else "kept.bin" if known else "Ma_.bin"
    assert [headers.get("Chunk-FileId") for headers in seen] == [None, follows, follows, follows]
    assert told == [(4, 10), (8, 10), (10, 10)]


def test_pieces_of_nothing() -> None:
    http = Http("https://api.example/v2")
    with pytest.raises(ValueError, match="is empty"):
        upload_in_chunks(http, "files", file=b"", chunk_size=4)
    with pytest.raises(ValueError, match="at least one byte"):
        upload_in_chunks(http, "files", file=b"x", chunk_size=0)
    http.close()


# Memory

LARGE, LITTLE = 64 << 20, 4 << 20


@pytest.fixture
def sink() -> Iterator[str]:
    """A server that takes one request of any size without keeping it, and answers with a large file."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            head = bytearray()
            while b"\r\n\r\n" not in head:
                head += connection.recv(4096)
            length = re.search(rb"(?i)content-length: (\d+)", head)
            left = int(length.group(1)) - (len(head) - head.index(b"\r\n\r\n") - 4) if length else 0
            buffer = bytearray(1 << 16)
            while left > 0:
                left -= connection.recv_into(buffer)
            body = LARGE if head.startswith(b"GET") else 2
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % body)
            for _ in range(body // len(buffer)):
                connection.sendall(buffer)
            if body == 2:
                connection.sendall(b"{}")

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/v2"
    thread.join()
    listening.close()


@pytest.mark.parametrize("direction", ["up", "down"])
def test_no_file_is_held_in_memory(sink: str, tmp_path: Path, direction: str) -> None:
    source = tmp_path / "large.bin"
    source.touch()
    os.truncate(source, LARGE)
    http = Http(sink)
    tracemalloc.start()
    try:
        if direction == "up":
            upload(http, "POST", "files", file=source)
        else:
            assert download(http, "file", folder=tmp_path).stat().st_size == LARGE
        assert tracemalloc.get_traced_memory()[1] < LITTLE
    finally:
        tracemalloc.stop()
        http.close()
