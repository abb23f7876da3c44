"""BCF files that somebody else has made, badly or on purpose: read as far as they go, or refused in words."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bimplus_nb.exchange.bcf import archive, read_bcf
from bimplus_nb.exchange.bcf.topics import Topic, Viewpoint
from bimplus_nb.exchange.bcf.write import packed
from bimplus_nb.viewer.camera import Camera
from bimplus_nb.viewer.capture import View

PNG = b"\x89PNG\r\n\x1a\n" + b"p" * 50
ONE, TWO, SEEN = (f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))
VIEW = View(Camera((1, 2, 3), (4, 5, 6), 50), selected=("0" * 22,))
GOOD = packed(
    [
        Topic(ONE, "Good", author="a", viewpoints=(Viewpoint(SEEN, VIEW, snapshot=PNG),)),
        Topic(TWO, "Other", author="b"),
    ],
    project=(SEEN, "House"),
)
MARKUP = f"{ONE}/markup.bcf"
NAMES = [MARKUP, f"{ONE}/viewpoint.bcfv", "bcf.version", "project.bcfp"]
PIECES = [b"", b"<X>1e999</X>", b"<Guid/>", b" Index='9999999999999999999999' ", b"</Topic>", b"<Topic>", b"-", b"NaN",
          b"\xff", b"<!--", b"]]>", b"&#0;", b"&lt;", b"<Component/>", b"0000-00-00T25:61:61Z", b"true"]  # fmt: skip
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE m [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><Markup><Topic Guid="x"><Title>&b;</Title>'
    "</Topic></Markup>"
)


def repacked(change: Callable[[str, bytes], bytes | None], more: dict[str, bytes] | None = None) -> bytes:
    """The good file with other contents; None takes an entry out."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as old, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            body = change(name, old.read(name))
            if body is not None:
                new.writestr(name, body)
        for name, body in (more or {}).items():
            new.writestr(name, body)
    return content.getvalue()


def replaced(which: str, old: str, new: str) -> bytes:
    def change(name: str, body: bytes) -> bytes:
        if name != which:
            return body
        assert old.encode() in body
        return body.replace(old.encode(), new.encode())

    return repacked(change)


def same(_: str, body: bytes) -> bytes:
    return body


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no zip archive"),
        (b"PK\x03\x04 nearly", "no zip archive"),
        (GOOD[: len(GOOD) // 2], "no zip archive"),
        (repacked(lambda name, body: None if name == "bcf.version" else body), "no bcf.version"),
        (repacked(same, {"a/bcf.version": b"<Version/>"}), "several files bcf.version"),
        (repacked(same, {"../evil.bcfv": b""}), "points out of it"),
        (repacked(same, {"/etc/passwd": b""}), "points out of it"),
        (repacked(same, {"C:\\evil": b""}), "points out of it"),
        (repacked(same, {f"{ONE}/..\\..\\evil": b""}), "points out of it"),
        (replaced("bcf.version", "2.1", "2.0"), "it is of BCF version '2.0'; 2.1 and 3.0 are read"),
        (repacked(lambda name, body: b"<Version/>" if name == "bcf.version" else body), "it is of BCF version ''"),
        (repacked(lambda name, body: b"2.1" if name == "bcf.version" else body), "no well-formed XML"),
        (repacked(lambda name, body: LAUGHS.encode() if name == MARKUP else body), "declares a document type"),
        (repacked(lambda name, body: LAUGHS.encode("utf-16") if name == MARKUP else body), "declares a document type"),
        (
            repacked(
                lambda name, body: (
                    b'<!DOCTYPE v SYSTEM "file:///etc/passwd"><Version VersionId="2.1"/>'
                    if name == "bcf.version"
                    else body
                )
            ),
            "declares a document type",
        ),
        (repacked(lambda name, body: b"<a>" * 100 if name == MARKUP else body), "nested too deep"),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value[:30],
)
def test_what_could_be_an_attack_refuses_the_file(content: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why) as caught:
        read_bcf(content)
    assert str(caught.value).startswith("The BCF file is not read: ")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_entry_that_is_there_twice_refuses_the_file() -> None:
    with pytest.raises(ValueError, match="twice"):
        read_bcf(repacked(same, {MARKUP: b"<Markup/>"}))


def test_bombs_are_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    spaces = repacked(lambda name, body: body + b" " * (64 << 20) if name == MARKUP else body)
    assert len(spaces) < 200_000
    tracemalloc.start()
    with pytest.raises(ValueError, match="too large"):
        read_bcf(spaces)
    assert tracemalloc.get_traced_memory()[1] < 150 << 20
    tracemalloc.stop()
    many = repacked(same, {f"{n}": b"" for n in range(60)})
    monkeypatch.setattr(archive, "_ENTRIES", 50)
    with pytest.raises(ValueError, match="more than 50 entries"):
        read_bcf(many)
    monkeypatch.undo()
    monkeypatch.setattr(archive, "_FILE", 100)
    with pytest.raises(ValueError, match="more than 0 MB"):
        read_bcf(GOOD)
    monkeypatch.undo()
    monkeypatch.setattr(archive, "ELEMENTS", 10)
    with pytest.raises(ValueError, match="too many elements"):
        read_bcf(GOOD)


def test_what_an_archive_says_of_sizes_is_not_believed() -> None:
    """A picture that says it is small, and is not."""
    large = repacked(lambda name, body: PNG + b"\0" * (33 << 20) if name.endswith("snapshot.png") else body)
    place = large.rindex(b"snapshot.png")
    for size in (large.rindex(b"PK\x01\x02", 0, place) + 24,):
        large = large[:size] + (58).to_bytes(4, "little") + large[size + 4 :]
    read = read_bcf(large)
    assert {topic.title for topic in read} <= {"Good", "Other"}


@pytest.mark.parametrize(
    ("content", "refused", "titles"),
    [
        (replaced(MARKUP, "<Title>Good</Title>", "<Title> </Title>"), "no title", ["Other"]),
        (replaced(MARKUP, "</Markup>", ""), "no well-formed XML", ["Other"]),
        (replaced(MARKUP, "1970-01-01T", "yesterday "), "no valid Markup", ["Other"]),
        (repacked(lambda name, body: None if name.endswith("snapshot.png") else body), "no such picture", None),
        (repacked(lambda name, body: b"<svg/>" if name.endswith("snapshot.png") else body), "or it is none", None),
        (repacked(lambda name, body: None if name.endswith(".bcfv") else body), "no such viewpoint", None),
        (replaced(f"{ONE}/viewpoint.bcfv", "<FieldOfView>", "<FieldOfView>wide"), "no valid Visual", None),
        (replaced(f"{ONE}/viewpoint.bcfv", "<X>0.001</X>", "<X>NaN</X>"), "its camera is nowhere", None),
        (replaced(f"{ONE}/viewpoint.bcfv", "<X>0.001</X>", "<X>1e300</X>"), "its camera is nowhere", None),
        (repacked(same, {f"deep/{TWO}/markup.bcf": b"<Markup/>"}), "inside another", None),
        (repacked(same, {f"{SEEN}/markup.bcf": b"<Markup/>"}), "it has no Topic", None),
        (replaced(f"{ONE}/viewpoint.bcfv", "<X>0.001</X>", ""), "a place or a direction in it is not said", None),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else None,
)
def test_what_is_broken_is_left_out_and_said(content: bytes, refused: str, titles: Any) -> None:
    read = read_bcf(content)
    assert [topic.title for topic in read] == (titles or ["Good", "Other"])
    assert any(refused in why for why in read.refused.values()), read.refused


def test_what_the_schema_wants_and_programs_forget_is_not_needed() -> None:
    """As in test cases of buildingSMART's own that programs have written."""
    bare = replaced(MARKUP, "<CreationAuthor>a</CreationAuthor>", f'<Comment Guid="{TWO}"/>')
    assert read_bcf(bare)[0].author == ""
    bare = replaced(f"{ONE}/viewpoint.bcfv", f' Guid="{SEEN}"', "")
    assert read_bcf(bare)[0].viewpoints == read_bcf(GOOD)[0].viewpoints
    bare = replaced(f"{ONE}/viewpoint.bcfv", '<Visibility DefaultVisibility="true"/>', "")
    assert read_bcf(bare)[0].viewpoints == read_bcf(GOOD)[0].viewpoints


def test_a_wrong_guid_is_replaced_by_the_folders_or_refused() -> None:
    wrong = replaced(MARKUP, f'<Topic Guid="{ONE}"', '<Topic Guid="1; DROP TABLE"')
    assert [topic.guid for topic in read_bcf(wrong)] == [ONE, TWO]

    def renamed(name: str, body: bytes) -> bytes | None:
        return None if name.startswith(ONE) else body

    with zipfile.ZipFile(io.BytesIO(wrong)) as old:
        odd = {name.replace(ONE, "my topic"): old.read(name) for name in old.namelist() if name.startswith(ONE)}
    read = read_bcf(repacked(renamed, odd))
    assert [topic.guid for topic in read] == [TWO]
    assert read.refused == {"my topic": "it has no valid Guid"}
    seen = replaced(MARKUP, f'<Viewpoints Guid="{SEEN}"', '<Viewpoints Guid="?"')
    first, again = (read_bcf(seen)[0].viewpoints[0].guid for _ in range(2))
    assert first == again != SEEN
    twice = repacked(same, {f"{SEEN}/markup.bcf": zipfile.ZipFile(io.BytesIO(GOOD)).read(MARKUP)})
    assert f"it is the topic {ONE} once more" in read_bcf(twice).refused.values()


def test_a_packed_folder_and_windows_separators_are_read() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as old, zipfile.ZipFile(content, "w") as new:
        for name in old.namelist():
            new.writestr(f"My issues/{name}".replace("/", "\\"), old.read(name))
    read = read_bcf(content.getvalue())
    assert [topic.title for topic in read] == ["Good", "Other"]
    assert read[0].viewpoints[0].snapshot == PNG


def test_a_file_without_some_topics_has_the_rest_as_it_was() -> None:
    more = repacked(lambda _, body: body, {f"{ONE}/document.pdf": b"kept", f"{TWO}/other.pdf": b"gone"})
    rest = read_bcf(more).file_without([TWO])
    with zipfile.ZipFile(io.BytesIO(rest)) as left, zipfile.ZipFile(io.BytesIO(more)) as all_of_it:
        assert {name for name in all_of_it.namelist() if not name.startswith(TWO)} == set(left.namelist())
        assert all(left.read(name) == all_of_it.read(name) for name in left.namelist())
    with pytest.raises(ValueError, match="not read from a file"):
        type(read_bcf(GOOD))([]).file_without([])


def test_what_other_programs_add_is_passed_over() -> None:
    added = replaced(MARKUP, "<Title>", '<Vendor:Thing xmlns:Vendor="urn:x" a="b"><c/></Vendor:Thing><Title>')
    assert read_bcf(added)[0].title == "Good"
    assert read_bcf(replaced(MARKUP, "<Topic ", '<Topic Colour="red" ')).refused == {}


@settings(max_examples=150)
@given(st.integers(0, len(GOOD) - 1), st.binary(max_size=4), st.integers(0, 4))
def test_a_damaged_file_is_read_or_refused(place: int, put: bytes, cut: int) -> None:
    with suppress(ValueError):
        read_bcf(GOOD[:place] + put + GOOD[place + cut :])


@settings(max_examples=150)
@given(st.sampled_from(NAMES), st.floats(0, 1), st.sampled_from(PIECES), st.integers(0, 30))
def test_damaged_xml_is_read_or_refused(name: str, share: float, put: bytes, cut: int) -> None:
    def change(entry: str, body: bytes) -> bytes:
        place = round(share * len(body))
        return body[:place] + put + body[place + cut :] if entry == name else body

    with suppress(ValueError):
        for topic in read_bcf(repacked(change)):
            packed([topic], version="3.0")
