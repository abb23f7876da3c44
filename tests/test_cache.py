"""What is kept from kernel to kernel: asked for each time, sent only when it has changed, and nobody else's."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scripted import Handler, serving

from bimplus_nb.cache import Cache
from bimplus_nb.client import Client, connect
from bimplus_nb.errors import Forbidden, NotFound
from bimplus_nb.sandbox import Sandbox

ETAG = {"etag": 'W/"1"', "set-cookie": "session=secret", "content-type": "application/json"}
POSIX = pytest.mark.skipif(os.name != "posix", reason="modes and signals of POSIX")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a computer of one's own."""
    for name in [*os.environ]:
        if name.startswith(("BINDER_", "JUPYTERHUB_", "KUBERNETES_", "KAGGLE_", "COLAB_")) or name == "CODESPACES":
            monkeypatch.delenv(name)
    monkeypatch.setenv("BIMPLUS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def files(place: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in place.iterdir()} if place.is_dir() else {}


# with a service -------------------------------------------------------------------------------------------------------


def kernel(
    sandbox: Sandbox, user: str | None = None, cache: bool | None = True
) -> tuple[Client, list[tuple[str, int]]]:
    """A client as a new kernel has it, and the answers it gets: address and status."""
    client = connect(sandbox, user=user, cache=cache)
    answers: list[tuple[str, int]] = []
    client._http._session.event_hooks = {
        "response": [lambda response: answers.append((response.request.url.path, response.status_code))]
    }
    return client, answers


def look(client: Client, name: str = "Riverside Offices") -> Any:
    """What a notebook begins with: the building and its tables."""
    project = client.project(name)
    return project.mesh(progress=False), project.objects(progress=False)


def large(answers: list[tuple[str, int]]) -> list[int]:
    return [status for path, status in answers if "/geometries/" in path or path.endswith("/topology")]


def test_the_next_kernel_fetches_nothing_that_is_there(sandbox: Sandbox, place: Path) -> None:
    client, answers = kernel(sandbox)
    mesh, objects = look(client)
    assert set(large(answers)) == {200}
    kept = files(place)
    assert len(kept) >= len(large(answers)) > 2
    client, again = kernel(sandbox)
    same, table = look(client)
    assert set(large(again)) == {304}
    assert len(large(again)) == len(large(answers))
    assert same.ids == mesh.ids
    assert same.vertices.tobytes() == mesh.vertices.tobytes()
    assert table.equals(objects)
    assert files(place) == kept
    if os.name == "posix":
        assert {stat.S_IMODE(path.stat().st_mode) for path in place.iterdir()} == {0o600}
        assert stat.S_IMODE(place.stat().st_mode) == 0o700


@pytest.mark.usefixtures("place")
def test_a_changed_model_is_fetched_and_nothing_else(own_sandbox: Sandbox) -> None:
    client, _ = kernel(own_sandbox)
    look(client)
    project = client.project("Riverside Offices")
    walls = project.objects(types="Wall", models="Architecture", progress=False)
    client.objects.delete(walls.index[0])
    client, answers = kernel(own_sandbox)
    mesh, objects = look(client)
    assert {200, 304} == set(large(answers))
    fresh, _ = kernel(own_sandbox, cache=False)
    there, table = look(fresh)
    assert walls.index[0] not in mesh.ids
    assert mesh.ids == there.ids
    assert objects.equals(table)
    client, answers = kernel(own_sandbox)
    look(client)
    assert set(large(answers)) == {304}


def test_another_user_gets_nothing_of_it(sandbox: Sandbox, place: Path) -> None:
    client, _ = kernel(sandbox)
    look(client)
    kept = files(place)
    other, answers = kernel(sandbox, user="ben")
    look(other)
    assert set(large(answers)) == {200}
    assert kept.items() < files(place).items()


@pytest.mark.usefixtures("place")
def test_who_signs_in_next_in_the_same_client_is_another_user(sandbox: Sandbox) -> None:
    client, answers = kernel(sandbox)
    look(client)
    answers.clear()
    client.sign_in(user="ben")
    look(client)
    assert set(large(answers)) == {200}


@pytest.mark.usefixtures("place")
def test_who_may_not_see_it_any_more_does_not(own_sandbox: Sandbox) -> None:
    owner, _ = kernel(own_sandbox)
    client, _ = kernel(own_sandbox, user="ben")
    project = client.project("Riverside Offices")
    project.mesh(progress=False)
    owner.project_members.delete(project.id, user_id=client.user.id)
    client, answers = kernel(own_sandbox, user="ben")
    root = project._source.parts(None, None)[0].topology_id
    with pytest.raises((Forbidden, NotFound)):
        client.for_team(project.api._http.team).objects.geometry(root)
    assert 200 not in large(answers)


@pytest.mark.parametrize("cache", [False, None])
def test_nothing_is_kept_where_it_was_not_asked_for(sandbox: Sandbox, place: Path, cache: bool | None) -> None:
    """None: of a sandbox, which is on this computer anyway."""
    look(kernel(sandbox, cache=cache)[0])
    assert not place.exists()


def test_nothing_is_kept_when_the_environment_says_off(
    sandbox: Sandbox, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIMPLUS_CACHE", "Off")
    look(kernel(sandbox)[0])
    assert not place.exists()


@pytest.mark.parametrize("sign", ["JUPYTERHUB_API_URL", "BINDER_SERVICE_HOST", "KUBERNETES_SERVICE_HOST"])
def test_nothing_is_kept_on_a_hub(place: Path, monkeypatch: pytest.MonkeyPatch, sign: str) -> None:
    monkeypatch.setenv(sign, "http://hub.example")
    assert Client("https://bim.example/v2", cache=None)._cache_folder is None
    with pytest.raises(ValueError, match="not yours alone"):
        connect("production", token="x" * 20, cache=True)
    monkeypatch.delenv(sign)
    assert Client("https://bim.example/v2", cache=None)._cache_folder == place


# with a service that misbehaves ---------------------------------------------------------------------------------------


@pytest.fixture
def service(place: Path) -> Iterator[Any]:  # noqa: ARG001
    """A service of one tree, whose answer and headers a test sets; `user` is who is signed in there."""

    def script(h: Handler) -> None:
        if h.path == "/v2/user":
            return h.reply(200, b'{"id": "%s"}' % server.user.encode())
        before = server.meanwhile
        server.meanwhile = lambda: None
        before()
        if h.headers.get("If-None-Match") == '"1"' and server.knows:
            return h.reply(304, b"", ETag='W/"1"')
        return h.reply(200, server.answer, **server.headers)

    with serving(script) as running:
        server: Any = running
        server.answer, server.headers, server.user, server.knows = b'{"id": "a"}', {"ETag": 'W/"1"'}, "anna", True
        server.meanwhile = lambda: None
        yield server


def ask(url: str, **options: Any) -> Any:
    return connect(url, token="t" * 20, team="t", **options).objects.topology("a")


def test_its_answer_stands_until_it_says_otherwise(service: Any) -> None:
    assert ask(service.url) == {"id": "a"}
    service.answer = b'{"id": "b"}'
    assert ask(service.url) == {"id": "a"}  # not changed, it says; whether that is so is its business
    service.knows = False
    assert ask(service.url) == {"id": "b"}


@pytest.mark.parametrize("headers", [{}, {"ETag": '"1"', "Cache-Control": "private, no-store"}])
def test_what_may_not_be_kept_is_not(service: Any, place: Path, headers: dict[str, str]) -> None:
    service.headers = headers
    ask(service.url)
    assert files(place) == {}


def test_who_asks_by_an_etag_of_their_own_is_told_that_nothing_changed(service: Any) -> None:
    client = connect(service.url, token="t" * 20, team="t")
    assert client.objects.geometry("a", etag='"1"').status == 304
    assert client.objects.geometry("a").body == service.answer
    assert client.objects.geometry("a", etag='"1"').status == 304
    sizes: list[tuple[int, int | None]] = []
    assert client.objects.geometry("a", progress=lambda done, total: sizes.append((done, total))).status == 200
    assert sizes == [(len(service.answer), len(service.answer))]


def test_what_is_broken_is_fetched(service: Any, place: Path) -> None:
    ask(service.url)
    (path,) = place.iterdir()
    whole = path.read_bytes()
    service.answer = b'{"id": "b"}'
    for broken in (b"", whole[:10], whole[:-1], whole + b" ", whole.replace(b"W/", b"V/"), b"\0" * 100, whole[33:]):
        path.write_bytes(broken)
        assert ask(service.url) == {"id": "b"}, broken
    path.unlink()
    path.mkdir()
    assert ask(service.url) == {"id": "b"}


def test_a_user_who_comes_in_the_middle_gets_their_own(service: Any, place: Path) -> None:
    client = connect(service.url, token="t" * 20, team="t")
    client.objects.topology("a")

    def another() -> None:
        from bimplus_nb.auth import TokenSet

        service.user, service.answer = "ben", b'{"id": "of ben"}'
        client.session.accept(TokenSet({"access_token": "u" * 20}))

    kept = files(place)
    service.meanwhile = another
    assert client.objects.topology("a") == {"id": "of ben"}
    assert files(place) == kept


def test_where_nobody_says_who_is_signed_in_nothing_is_kept(service: Any, place: Path) -> None:
    service.user = ""
    ask(service.url)
    assert files(place) == {}


@POSIX
def test_a_disk_that_is_full_or_forbidden_does_no_harm(service: Any, place: Path) -> None:
    script = (
        "import resource, sys\nimport bimplus_nb as bp\nimport bimplus_nb.client\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20, 20))\n"
        "print(bp.connect(sys.argv[1], token='t' * 20, team='t').objects.topology('a'))"
    )
    out = subprocess.run([sys.executable, "-c", script, service.url], check=True, capture_output=True, text=True)
    assert "'a'" in out.stdout
    assert files(place) == {}
    place.chmod(0o755)  # others may look into it
    assert ask(service.url) == {"id": "a"}
    assert files(place) == {}
    place.rmdir()
    place.write_bytes(b"a file where the folder should be")
    assert ask(service.url) == {"id": "a"}


# the folder -----------------------------------------------------------------------------------------------------------


def test_a_file_holds_the_answer_and_no_other_header(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "new" / "cache", "https://bim.example\nanna")
    cache.put("https://bim.example/v2/a?revision=3", ETAG, b"body\nof two lines")
    ((name, data),) = files(tmp_path / "new" / "cache").items()
    assert data.partition(b"\n")[2] == b'{"etag": "W/\\"1\\"", "content-type": "application/json"}\nbody\nof two lines'
    assert name.isalnum()
    kept = cache.get("https://bim.example/v2/a?revision=3")
    assert kept is not None
    assert (kept.etag, kept.body) == ('W/"1"', b"body\nof two lines")
    assert "body" not in repr(kept)
    assert cache.get("https://bim.example/v2/a?revision=4") is None
    assert (
        Cache(tmp_path / "new" / "cache", "https://bim.example\nben").get("https://bim.example/v2/a?revision=3") is None
    )


def test_a_file_under_the_name_of_another_is_none(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache", "anna")
    cache.put("a", ETAG, b"a")
    cache.put("b", ETAG, b"b")
    cache._path("a").replace(cache._path("b"))
    assert cache.get("b") is None


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache", "anna", most=20_000)
    for number in range(30):
        cache.put(str(number), ETAG, b"x" * 1000)
        os.utime(cache._path(str(number)), (number, number))
        cache.get("0")  # used all the time
    total = sum(map(len, files(tmp_path / "cache").values()))
    assert 10_000 < total <= 20_000
    assert cache.get("0") is not None
    assert cache.get("29") is not None
    assert cache.get("1") is None
    cache.put("large", ETAG, b"x" * 10_000)  # would push out all others
    assert cache.get("large") is None


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    place = tmp_path / "cache"
    place.mkdir(mode=0o700)
    for name, age in (("old.part", 10_000), ("new.part", 10)):
        (place / name).write_bytes(b"half")
        os.utime(place / name, (place.stat().st_mtime - age,) * 2)
    Cache(place, "anna").put("a", ETAG, b"a")
    assert {"new.part"} == {path.name for path in place.iterdir() if path.suffix}


WRITER = """
import sys
from pathlib import Path
from bimplus_nb.cache import Cache
cache = Cache(Path(sys.argv[1]), "anna")
print("ready", flush=True)
for turn in range(10**9):
    for number in range(3):
        cache.put(str(number), {"etag": str(turn)}, f"{number} {turn} ".encode() * 50_000)
"""


@POSIX
def test_two_kernels_write_at_once_and_are_killed_in_the_middle(tmp_path: Path) -> None:
    """What is read is whole and belongs to its ETag, whatever happens to who writes."""
    cache, seen = Cache(tmp_path / "cache", "anna"), 0

    def look() -> None:
        nonlocal seen
        for number in range(3):
            kept = cache.get(str(number))
            if kept is not None:
                assert kept.body == f"{number} {kept.etag} ".encode() * 50_000
                seen += 1

    for _ in range(5):
        command = [sys.executable, "-c", WRITER, str(tmp_path / "cache")]
        writers = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
        for writer in writers:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"ready\n"
        for _ in range(30):
            look()
        for writer in writers:
            writer.send_signal(signal.SIGKILL)
            writer.communicate()
        look()
    assert seen > 30


def test_many_threads_may_use_it(tmp_path: Path) -> None:
    cache, wrong = Cache(tmp_path / "cache", "anna", most=100_000), []

    def work(number: int) -> None:
        for turn in range(50):
            cache.put(str(turn % 7), ETAG, bytes([turn % 7]) * 2000)
            kept = cache.get(str(number % 7))
            if kept is not None and kept.body != bytes([number % 7]) * 2000:
                wrong.append(number)

    running = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert wrong == []
