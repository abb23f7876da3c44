"""What `hearing.js` does in a browser is seen in test_busy_page_browser.py; here: that nobody goes without it."""

from __future__ import annotations

import pytest
from anywidget import AnyWidget

from bimplus_nb.viewer.side import Side
from bimplus_nb.widgets.board_page import BoardPage
from bimplus_nb.widgets.login_page import LoginPage
from bimplus_nb.widgets.tree import TreePage

PAGES = [Side, BoardPage, LoginPage, TreePage]


def test_these_are_all_our_widgets_with_code_of_their_own() -> None:
    assert {kind for kind in AnyWidget.__subclasses__() if kind.__module__.startswith("bimplus_nb.")} == set(PAGES)


@pytest.mark.parametrize("kind", PAGES)
def test_each_is_exported_by_way_of_it(kind: type[AnyWidget]) -> None:
    code = str(kind._esm)
    assert code.count("export default") == code.count("export default hearing({") == 1
