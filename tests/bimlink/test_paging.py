"""Every list comes whole, whatever the pages are like and whatever Pagination-Result counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import pytest

from bimplus_nb.bimlink import Link, connect
from bimplus_nb.bimlink.paging import gather
from bimplus_nb.errors import ApiError
from bimplus_nb.sandbox import Sandbox

Meaning = Literal["total", "count", "missing", "nonsense"]
Page = tuple[Any, Mapping[str, str]]


class Pages:
    """A service with `count` rows that grants `grants` a page, whatever it says; `asked` counts the questions."""

    def __init__(self, count: int, meaning: Meaning, *, grants: int, says: Literal["granted", "asked", ""]) -> None:
        self.rows = [{"id": k} for k in range(count)]
        self.meaning, self.grants, self.says, self.asked = meaning, grants, says, 0

    def __call__(self, limit: int, offset: int) -> Page:
        self.asked += 1
        granted = min(limit, self.grants)
        page = self.rows[offset : offset + granted]
        result = {"total": len(self.rows), "count": len(page), "nonsense": -1}
        headers = {"pagination-offset": str(offset)}
        if self.meaning in result:
            headers["pagination-result"] = str(result[self.meaning])
        if self.says:
            headers["pagination-limit"] = str(granted if self.says == "granted" else limit)
        return page, headers


def whole(ask: Callable[[int, int], Page], size: int, *, known: bool = False) -> Any:
    return gather(ask, size=size, known_size=known, path="/x")


@pytest.mark.parametrize("meaning", ["total", "count", "missing", "nonsense"])
@pytest.mark.parametrize("says", ["granted", "asked", ""])
@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 1000, 10_001])
def test_a_list_comes_whole(count: int, meaning: Meaning, says: Literal["granted", "asked", ""]) -> None:
    for size in (1, 7, 100, 1000, 10_000, 10_001, 20_000):
        if count / size > 2000:
            continue
        for grants in (100, 1000, 10**6):
            pages = Pages(count, meaning, grants=grants, says=says)
            assert whole(pages, size) == pages.rows
            # Who knows what is granted need not ask for an empty page.
            if size <= grants:
                known = Pages(count, meaning, grants=grants, says=says)
                assert whole(known, size, known=True) == known.rows
                assert known.asked <= pages.asked


def test_no_question_too_many_where_the_total_is_said() -> None:
    pages = Pages(1000, "total", grants=100, says="granted")
    whole(pages, 100)
    assert pages.asked == 10
    short = Pages(42, "count", grants=100, says="granted")
    whole(short, 100, known=True)
    assert short.asked == 1


@pytest.mark.parametrize("meaning", ["total", "count"])
def test_ten_thousand_and_one_elements_over_http(own_sandbox: Sandbox, meaning: Literal["total", "count"]) -> None:
    own_sandbox._bimlink.repeat(10_001)
    own_sandbox._bimlink.result = meaning
    with connect(own_sandbox) as link:
        link.choose(phase="Detailed design")
        for size in (999, 1000, 5000, None):
            steps: list[tuple[int, int | None]] = []
            found = link.operations.BuildingElements_GetAll(
                page_size=size, progress=lambda done, total, steps=steps: steps.append((done, total))
            )
            assert [one["name"] for one in found] == [f"Element {k}" for k in range(10_001)]
            assert len(set(found.ids)) == 10_001
            assert steps[-1] == (10_001, 10_001 if meaning == "total" else None)
            assert steps == sorted(steps, key=lambda step: step[0])


def test_a_frame_of_real_dtypes(link: Link) -> None:
    link.choose(phase="Detailed design")
    frame = link.operations.BuildingElements_GetAll().frame()
    kinds = {name: str(frame[name].dtype) for name in ("name", "is_external", "quantities_volume")}
    assert kinds == {"name": "str", "is_external": "boolean", "quantities_volume": "float64"}
    assert frame.index.name == "id"
    assert frame.index.is_unique


def test_interrupted_and_asked_again(link: Link) -> None:
    link.choose(phase="Detailed design")
    elements = link.operations.BuildingElements_GetAll

    def stop(done: int, _: int | None) -> None:
        if done >= 200:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        elements(page_size=100, progress=stop)
    assert len(elements(page_size=1000)) == 2591


def test_one_page_where_one_is_asked_for(link: Link) -> None:
    link.choose(phase="Detailed design")
    elements = link.operations.BuildingElements_GetAll
    assert elements(limit=5, offset=3) == elements(limit=8)[3:]


def answers(first: Any, later: Any = (), **headers: str) -> Callable[[int, int], Page]:
    """A service that gives these pages, with these headers on all."""
    named = {f"pagination-{name}": value for name, value in headers.items()}
    return lambda _, offset: (later if offset and later != () else first, named)


def test_pages_that_do_not_follow_one_another() -> None:
    same = [{"id": 1}, {"id": 2}]
    with pytest.raises(ApiError, match="sent other rows"):
        whole(answers(same), 2)
    with pytest.raises(ApiError, match="sent other rows"):
        whole(answers(same, offset="0"), 2)
    with pytest.raises(ApiError, match="has 9 rows and sent 2"):
        whole(answers(same, [], result="9"), 2)
    with pytest.raises(ApiError, match="no list"):
        whole(answers(same, {}), 2)
    assert whole(answers({"a": 1}), 2) == {"a": 1}
    for odd in ("1e9", "9" * 40, "-1", "١٢", ""):
        assert whole(answers(same, [], result=odd), 2) == same
