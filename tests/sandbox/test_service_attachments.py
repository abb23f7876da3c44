"""Attachments: what goes in comes out, byte for byte, whole, in parts and in versions; who may do what with them."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sandbox.service_content import GROUND, OPEN_ISSUE, PROJECT, SOLVED_ISSUE, VERSIONED, WALL

from bimplus_nb.sandbox import Sandbox, people
from bimplus_nb.sandbox.people import guid
from bimplus_nb.sandbox.store import Store

Call = Callable[..., httpx.Client]
CONTENT = bytes(range(256)) * 40
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
CREATOR = {
    "id", "email", "firstname", "lastname", "company", "fullname", "displayname", "info", "gender", "phoneWork",
    "phoneHome", "fax", "mobile", "birthDate", "address", "preferedLanguage",
}  # fmt: skip


def attach(
    client: httpx.Client,
    on: str = f"objects/{WALL}",
    content: bytes = CONTENT,
    name: str = "plan.pdf",
    kind: str = "application/pdf",
    **query: str,
) -> dict[str, Any]:
    made = client.post(f"/riverside/{on}/attachments", files={"file": (name, content, kind)}, params=query)
    assert made.status_code == 201, made.text
    record: dict[str, Any] = made.json()
    return record


def piece(
    client: httpx.Client, path: str, first: int, content: bytes, total: int, key: str = "", name: str = "big.bin"
) -> httpx.Response:
    """One piece as the published JavaScript SDK 1.0.56 sends it."""
    stem = name.rpartition(".")[0]
    headers = {
        "Content-Range": f"bytes {first}-{first + len(content) - 1}/{total}",
        "Content-Disposition": f'inline; name="{stem}"; filename="{name}"',
    }
    return client.put(path, content=content, headers=headers | ({"Chunk-FileId": key} if key else {}))


@pytest.mark.parametrize("on", [f"projects/{PROJECT}", f"objects/{WALL}", f"issues/{OPEN_ISSUE}"])
def test_a_file_comes_back_as_it_went(own_house: Sandbox, caller: Call, on: str) -> None:
    carla, david = caller(own_house, "carla"), caller(own_house, "david")
    record = attach(carla, on)
    assert record["objectIds"] == [on.split("/")[1]]
    assert (record["fileName"], record["type"], record["size"]) == ("plan.pdf", "application/pdf", len(CONTENT))
    assert set(record["creator"]) == CREATOR
    assert record["creator"]["fullname"] == "Carla Costa"
    assert (record["version"], record["hash"]) == (1, hashlib.sha256(CONTENT).hexdigest())
    path = f"/riverside/attachments/{record['id']}"
    seen = david.get(path).json()
    assert seen == {**record, "rights": {"update": False, "delete": False, "download": True}}
    assert david.get(f"/riverside/{on}/attachments").json() == [seen]
    answer = david.get(f"{path}/download")
    assert answer.content == CONTENT
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["ETag"] == f'"{record["hash"]}"'
    token = {"api-token": own_house.token("david")}
    assert httpx.get(f"{own_house.url}{path}/download", params=token).content == CONTENT
    assert carla.delete(f"/riverside/{on}/attachments").status_code == 200
    assert david.get(f"/riverside/{on}/attachments").json() == []
    assert david.get(f"{path}/download").status_code == 404


def test_an_issue_is_an_object_too_and_has_one_picture(own_house: Sandbox, caller: Call) -> None:
    carla, high = caller(own_house, "carla"), {"attachmenttype": "thumbnailhighresolution"}
    attach(carla, f"issues/{OPEN_ISSUE}")
    for name in ("first.png", "second.png"):
        attach(carla, f"objects/{OPEN_ISSUE}", PNG, name, "image/png", **high)
    listed = carla.get(f"/riverside/objects/{OPEN_ISSUE}/attachments").json()
    assert [one["fileName"] for one in listed] == ["plan.pdf", "second.png"]
    assert [one["attachmentType"] for one in listed] == ["", "thumbnailhighresolution"]
    assert carla.get(f"/riverside/issues/{OPEN_ISSUE}/attachments").json() == listed
    refused = carla.post(
        f"/riverside/objects/{OPEN_ISSUE}/attachments", files={"file": ("a.png", b"<svg/>", "image/png")}, params=high
    )
    assert refused.status_code == 400


def test_a_broken_download_goes_on(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    record = attach(anna)
    path, etag = f"/riverside/attachments/{record['id']}/download", f'"{record["hash"]}"'

    def part(asked: str, **headers: str) -> httpx.Response:
        return anna.get(path, headers={"Range": asked, **headers})

    for asked, first, last in [("bytes=0-9", 0, 9), ("bytes=10000-", 10000, 10239), ("bytes=-5", 10235, 10239),
                               ("bytes=10239-99999", 10239, 10239), ("bytes=0-", 0, 10239)]:  # fmt: skip
        answer = part(asked, **{"If-Range": etag})
        assert answer.status_code == 206
        assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(CONTENT)}"
        assert answer.content == CONTENT[first : last + 1]
        assert answer.headers["ETag"] == etag
    for asked in ("bytes=10240-", "bytes=99999-100000", "bytes=-0"):
        answer = part(asked)
        assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{len(CONTENT)}")
    for asked in ("lines=0-9", "bytes=5-2", "bytes=-", "bytes=0-1,4-5", "bytes=x-", "bytes=" + "9" * 400 + "-"):
        assert part(asked).content == CONTENT
    assert part("bytes=5-", **{"If-Range": '"another"'}).content == CONTENT
    assert anna.get(path, headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize(
    "name", ["Grundriß Süd.pdf", "計画 1.pdf", 'a"b;c.txt', "50%.txt", "\u202egpj.exe", "x" * 255, ".bashrc", "con"]
)
def test_names_as_they_are(own_house: Sandbox, caller: Call, name: str) -> None:
    anna = caller(own_house)
    record = anna.post(
        f"/riverside/objects/{WALL}/attachments", files={"file": ("f", b"x")}, data={"name": name}
    ).json()
    assert record["fileName"] == name
    header = anna.get(f"/riverside/attachments/{record['id']}/download").headers["Content-Disposition"]
    kind, plain, whole = header.split("; ")[0], header.split("; ")[1:-1], header.split("; ")[-1]
    assert kind == "attachment"
    assert "; ".join(plain).isascii()
    assert unquote(whole.removeprefix("filename*=UTF-8''")) == name


def test_names_that_are_none(own_house: Sandbox, caller: Call) -> None:
    anna, path = caller(own_house), f"/riverside/objects/{WALL}/attachments"
    for name in ("y" * 256, "a/", " "):
        assert anna.post(path, files={"file": ("f", b"x")}, data={"name": name}).status_code == 400
    assert anna.post(path, files={"file": ("../../etc/passwd", b"x")}).json()["fileName"] == "passwd"
    assert anna.post(path, json={"fileName": "a.txt"}).status_code == 400
    assert anna.post(path, content=b"x", headers={"Content-Type": "image/png"}).status_code == 400
    assert len(anna.get(path).json()) == 1


@pytest.mark.parametrize(
    ("kind", "sent", "shown"),
    [("image/png", "image/png", True), ("application/pdf", "application/pdf", True), ("text/html", "text/html", False),
     ("image/svg+xml", "image/svg+xml", False), ("x", "application/octet-stream", False),
     ("te\u017ft/html", "application/octet-stream", False)],
)  # fmt: skip
def test_only_what_cannot_run_is_shown_in_the_browser(
    own_house: Sandbox, caller: Call, kind: str, sent: str, shown: bool
) -> None:
    anna = caller(own_house)
    record = attach(anna, kind=kind)
    path = f"/riverside/attachments/{record['id']}/download"
    assert anna.get(path).headers["Content-Disposition"].startswith("attachment;")
    opened = anna.get(path, params={"openInBrowser": "true"})
    assert opened.headers["Content-Type"] == sent
    assert opened.headers["Content-Disposition"].startswith("inline;" if shown else "attachment;")


@pytest.mark.parametrize(
    ("user", "attaches", "renames", "deletes"),
    [("anna", 201, 200, 200), ("ben", 201, 200, 200), ("carla", 201, 200, 403), ("david", 403, 403, 403)],
)
def test_who_may(own_house: Sandbox, caller: Call, user: str, attaches: int, renames: int, deletes: int) -> None:
    """Deleting: one's own, or as an administrator of the project."""
    creator = "anna" if user == "carla" else "carla"
    path = f"/riverside/attachments/{attach(caller(own_house, creator))['id']}"
    one = caller(own_house, user)
    file = {"file": ("a.txt", b"x", "text/plain")}
    assert one.post(f"/riverside/issues/{OPEN_ISSUE}/attachments", files=file).status_code == attaches
    assert one.post(f"{path}/versions", files=file).status_code == attaches
    assert one.put(path, json={"fileName": "b.txt"}).status_code == renames
    assert one.put(f"{path}/release", json={}).status_code == renames
    before = one.get(path).json()
    assert before["rights"]["delete"] == (deletes == 200)
    assert one.delete(f"/riverside/objects/{WALL}/attachments").status_code == deletes
    assert one.delete(path).status_code == (404 if deletes == 200 else deletes)
    assert (one.get(path).status_code == 404) == (deletes == 200)


def test_nobody_else_sees_it(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    record = attach(anna, f"projects/{guid('test', 'closed')}")
    path = f"/riverside/attachments/{record['id']}"
    for user in ("carla", "david"):
        assert caller(own_house, user).get(f"{path}/download").status_code == 404
        assert caller(own_house, user).delete(path).status_code == 404
    assert anna.get(path.replace("riverside", "harbour")).status_code == 404


def test_versions(own_house: Sandbox, caller: Call) -> None:
    anna, carla = caller(own_house), caller(own_house, "carla")
    path = f"/riverside/attachments/{attach(anna)['id']}"
    second = carla.post(f"{path}/versions", files={"file": ("plan b.pdf", b"second", "application/pdf")})
    assert second.status_code == 201
    assert (second.json()["version"], second.json()["fileName"]) == (2, "plan b.pdf")
    assert [one["size"] for one in anna.get(f"{path}/versions").json()] == [len(CONTENT), 6]
    assert [one["creator"]["firstname"] for one in anna.get(f"{path}/versions").json()] == ["Anna", "Carla"]
    assert anna.get(f"{path}/versions/1/download").content == CONTENT
    assert anna.get(f"{path}/download").content == anna.get(f"{path}/versions/2/download").content == b"second"
    replaced = anna.put(path, files={"file": ("plan c.pdf", b"other", "application/pdf")}).json()
    assert (replaced["version"], replaced["size"]) == (2, 5)
    assert anna.put(f"{path}/release", json={"version": 1}).json()["release"] is True
    assert [one["release"] for one in anna.get(f"{path}/versions").json()] == [True, False]
    assert anna.delete(f"{path}/versions/2").status_code == 200
    assert anna.get(f"{path}/download").content == CONTENT
    assert anna.delete(f"{path}/versions/1").status_code == 409
    for number in ("2", "0", "x", "01", "-1", "9" * 99):
        assert anna.get(f"{path}/versions/{number}/download").status_code == 404
    third = anna.post(f"{path}/versions", files={"file": ("d.pdf", b"3")}).json()
    assert third["version"] == 3, "a number is not used again"


def test_changing_the_record(own_house: Sandbox, caller: Call) -> None:
    anna = caller(own_house)
    path = f"/riverside/attachments/{attach(anna)['id']}"
    changed = anna.put(path, json={"fileName": "b.txt", "type": "text/plain", "size": 7, "objectIds": [GROUND]}).json()
    assert (changed["fileName"], changed["type"], changed["size"]) == ("b.txt", "text/plain", len(CONTENT))
    assert changed["objectIds"] == [GROUND]
    assert anna.get(f"/riverside/objects/{WALL}/attachments").json() == []
    assert anna.put(path, json=changed).json() == {**changed, "changed": anna.get(path).json()["changed"]}
    for body in ({"fileName": ""}, {"objectIds": []}, {"objectIds": [VERSIONED]}, {"objectIds": [guid("none")]},
                 {"objectIds": [None, 5]}, {"tag": 5}, {"type": {}}):  # fmt: skip
        assert anna.put(path, json=body).status_code in (400, 404)
    assert anna.put(f"{path}/release", json={"version": 7}).status_code == 404
    assert anna.delete(f"/riverside/objects/{GROUND}").status_code == 200
    assert anna.get(path).status_code == 404, "it goes with what it hangs on"


@pytest.mark.parametrize("gone", [f"issues/{SOLVED_ISSUE}", f"projects/{PROJECT}"])
def test_what_hangs_on_something_goes_with_it(own_house: Sandbox, caller: Call, gone: str) -> None:
    anna = caller(own_house)
    path = f"/riverside/attachments/{attach(anna, f'issues/{SOLVED_ISSUE}')['id']}"
    assert anna.get(f"/riverside/projects/{PROJECT}").json()["attachmentCount"] == 1
    assert anna.delete(f"/riverside/{gone}").status_code == 200
    assert anna.get(path).status_code == 404


def test_a_file_in_pieces(own_house: Sandbox, caller: Call) -> None:
    carla, path = caller(own_house, "carla"), f"/riverside/objects/{WALL}/attachments/chunked"
    total, key = len(CONTENT), ""
    for first in range(0, total, 4000):
        sent = CONTENT[first : first + 4000]
        for _ in range(2):  # each twice: the sender may not have heard the answer
            answer = piece(carla, path, first, sent, total, key)
            assert answer.status_code == 200
        key = answer.json()["id"]
    record = answer.json()
    assert carla.get(f"/riverside/attachments/{record['id']}/download").content == CONTENT
    assert carla.get(f"/riverside/objects/{WALL}/attachments").json() == [record]
    assert piece(carla, path, 0, CONTENT, total).json() == record, "the same again is the same"
    anna = piece(caller(own_house), path, 0, CONTENT, total).json()
    assert anna["id"] != record["id"], "but not for somebody else"
    other = piece(carla, path, 0, CONTENT[::-1], total).json()
    assert other["id"] not in (record["id"], anna["id"])


@pytest.mark.parametrize("kind", ["chunked", "versions/chunked"])
def test_another_content_in_pieces(own_house: Sandbox, caller: Call, kind: str) -> None:
    anna = caller(own_house)
    path = f"/riverside/attachments/{attach(anna)['id']}"
    key = piece(anna, f"{path}/{kind}", 0, b"abc", 5).json()["id"]
    assert anna.get(f"{path}/download").content == CONTENT, "unfinished, it changes nothing"
    for _ in range(2):
        done = piece(anna, f"{path}/{kind}", 3, b"de", 5, key)
        assert done.status_code == 200
    assert anna.get(f"{path}/download").content == b"abcde"
    assert [one["version"] for one in anna.get(f"{path}/versions").json()] == ([1] if kind == "chunked" else [1, 2])
    assert caller(own_house, "david").put(f"{path}/{kind}", content=b"x").status_code == 403


def test_pieces_that_do_not_fit(own_house: Sandbox, caller: Call) -> None:
    carla, path = caller(own_house, "carla"), f"/riverside/objects/{WALL}/attachments/chunked"
    assert carla.put(path, content=b"x").status_code == 400, "no Content-Range"
    key = piece(carla, path, 0, b"abcd", 10).json()["id"]
    refused = {
        (6, b"gh", 10, key): 400,  # a gap
        (2, b"cdef", 10, key): 409,  # overlaps what came
        (0, b"abcd", 3, key): 400,  # longer than the file
        (4, b"efghijk", 10, key): 400,
        (4, b"ef", 12, key): 409,  # of a file of another size
        (4, b"ef", 10, guid("other")): 409,
        (0, b"x", 2**40, ""): 413,
    }
    for (first, content, total, known), status in refused.items():
        assert piece(carla, path, first, content, total, known).status_code == status
    assert piece(caller(own_house), path, 4, b"efghij", 10, key).status_code == 409, "another user's"
    headers = {"Content-Range": "bytes 4-9/10", "Content-Disposition": 'inline; filename="big.bin"'}
    assert carla.put(path, content=b"short", headers=headers).status_code == 400
    assert carla.get(f"/riverside/objects/{WALL}/attachments").json() == []
    done = piece(carla, path, 4, b"efghij", 10, "big")  # the SDK names a file that has no id yet
    assert carla.get(f"/riverside/attachments/{done.json()['id']}/download").content == b"abcdefghij"


def test_a_piece_that_looks_like_a_form_is_a_piece(own_house: Sandbox, caller: Call) -> None:
    anna, form = caller(own_house), b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--b--\r\n'
    path = f"/riverside/objects/{WALL}/attachments/chunked"
    done = piece(anna, path, 0, form, len(form), name="mail.eml").json()
    assert anna.get(f"/riverside/attachments/{done['id']}/download").content == form


def test_unfinished_pieces_are_forgotten(own_house: Sandbox, caller: Call) -> None:
    anna, path = caller(own_house), f"/riverside/objects/{WALL}/attachments/chunked"
    keys = [piece(anna, path, 0, b"a", 3, name=f"{number}.bin").json()["id"] for number in range(12)]
    kept = [piece(anna, path, 1, b"b", 3, key, f"{number}.bin").status_code for number, key in enumerate(keys)]
    assert kept == [409] * 4 + [200] * 8


@pytest.fixture
def small_house(seeded_file: Path, tmp_path: Path) -> Iterator[Sandbox]:
    """One whose team has bought little storage."""
    path = shutil.copy(seeded_file, tmp_path / "small.db")
    store = Store(path)
    team = store.get("team", people.RIVERSIDE.id)
    assert team is not None
    store.save({**team, "totalStorage": 3 * len(CONTENT)})
    store.close()
    with Sandbox(path=path) as sandbox:
        yield sandbox


def test_the_teams_storage_is_not_endless(small_house: Sandbox, caller: Call) -> None:
    anna = caller(small_house)
    path = f"/riverside/attachments/{attach(anna)['id']}"
    file, on = {"file": ("a.bin", CONTENT)}, f"/riverside/objects/{WALL}/attachments"
    assert anna.post(f"{path}/versions", files=file).status_code == 201
    assert piece(anna, f"{on}/chunked", 0, CONTENT[:100], len(CONTENT)).status_code == 200
    for answer in (anna.post(on, files=file), piece(anna, f"{on}/chunked", 0, b"x", 20_000, name="c.bin")):
        assert answer.status_code == 413
        assert "no room" in answer.json()["message"]
    assert anna.delete(path).status_code == 200
    assert anna.post(on, files=file).status_code == 201


SAID = st.sampled_from(
    ["", "bytes 0-2/3", "bytes 0-2/9", "bytes 3-5/9", "bytes 0-2/*", "bytes */3", "bytes 2-0/3", "bytes -1-2/3",
     "bytes 0-2/" + "9" * 400, "bytes 0-99999999999999/99999999999999", "x"]
)  # fmt: skip
NAMED = st.sampled_from(
    ["", "inline", 'inline; filename=""', 'inline; filename="a.bin"', "inline; filename*=unicode_escape''%5Cud800",
     "inline; filename*=UTF-8''%FF", "inline; filename*=x''y", 'inline; filename="../.."', ";;;=;",
     "inline; filename*0*=a", "inline; filename*=", "inline; filename=" + "n" * 5000]
)  # fmt: skip


@settings(max_examples=150, deadline=None, derandomize=True)
@given(said=SAID, named=NAMED, key=st.sampled_from(["", "x", guid("none"), "{" * 38]), kind=st.integers(0, 2))
def test_any_piece(fuzzed: httpx.Client, said: str, named: str, key: str, kind: int) -> None:
    """Headers of any kind: refused in words, or the file as it was sent."""
    listed = f"/riverside/objects/{WALL}/attachments"
    first = fuzzed.get(listed).json()[0]["id"]
    path = (f"objects/{WALL}/attachments", f"attachments/{first}", f"attachments/{first}/versions")[kind]
    headers = {"Content-Range": said, "Content-Disposition": named, "Chunk-FileId": key}
    answer = fuzzed.put(f"/riverside/{path}/chunked", content=b"abc", headers=headers)
    assert answer.status_code in (200, 400, 409, 413), answer.text
    if answer.status_code == 200 and "received" not in answer.json():
        assert fuzzed.get(f"/riverside/attachments/{answer.json()['id']}/download").content == b"abc"


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    name=st.text(max_size=12) | NAMED,
    kind=st.text(max_size=12),
    field=st.none() | st.text(max_size=12),
    part=st.sampled_from(["file", "other", "ü", ""]),
)
def test_any_form(fuzzed: httpx.Client, name: str, kind: str, field: str | None, part: str) -> None:
    path = f"/riverside/objects/{WALL}/attachments"
    form = {} if field is None else {"name": field}
    encoded = kind.encode("utf-8", "replace").decode("latin-1").replace("\r", "").replace("\n", "")
    files = {part: (name.encode("utf-8", "replace").decode(), b"abc", encoded)}
    answer = fuzzed.post(path, files=files, data=form)
    assert answer.status_code in (201, 400), answer.text
    if answer.status_code == 201:
        assert fuzzed.get(f"/riverside/attachments/{answer.json()['id']}/download").content == b"abc"


@pytest.fixture(scope="module")
def fuzzed(seeded_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a sandbox that may become any mess, with one file in it."""
    path = shutil.copy(seeded_file, tmp_path_factory.mktemp("fuzz"))
    with (
        Sandbox(path=path, token_lifetime=3600) as sandbox,
        httpx.Client(base_url=sandbox.url, verify=False, trust_env=False, timeout=30) as client,
    ):
        client.headers["Authorization"] = f"BimPlus {sandbox.token('carla')}"
        attach(client)
        yield client
