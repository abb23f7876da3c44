"""What a person writes in an issue board stays until it is sent or given up: in JupyterLab, with mouse and keyboard."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator

import pytest
from lab import Lab
from labnotebook import Notebook
from playwright.sync_api import expect

from bimplus_nb.sandbox import Sandbox

pytestmark = pytest.mark.browser
expect.set_options(timeout=30_000)  # a busy machine is no failure


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture(scope="module")
def notebook(lab: Lab, sandbox: Sandbox) -> Iterator[Notebook]:
    setup = f"""
import bimplus_nb as bp
client = bp.connect({sandbox.url!r}, token={sandbox.token("ben")!r})
project = client.project("Riverside Offices")
viewer = project.view(height=380)
viewer"""
    with lab.open([setup, "board = bp.IssueBoard(project, viewer, height=520); board"], size=(1280, 1150)) as opened:
        opened.run(0)
        opened.until("viewer._page.side.light_shape and viewer._page.picture")
        opened.run(1)
        opened.settle()
        yield opened


@contextlib.contextmanager
def stopped(notebook: Notebook) -> Iterator[None]:
    """With a kernel that answers later, all at once."""
    kernel = notebook.ask("__import__('os').getpid()")
    os.kill(kernel, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(kernel, signal.SIGCONT)


def test_where_is_not_asked_of_who_no_longer_waits(notebook: Notebook) -> None:
    page, form, hint = notebook.page, notebook.page.locator(".bp-form"), notebook.page.locator(".bv-hint")
    without = form.locator(".bp-act", has_text="Without a place")
    with stopped(notebook):
        page.locator(".bp-rows").focus()
        page.keyboard.press("n")
        without.click()
        page.keyboard.type("Half")
    notebook.settle()
    expect(hint).to_have_count(0)
    page.keyboard.type(" a name")
    expect(form.locator("[name=name]")).to_have_value("Half a name")
    page.keyboard.press("Escape")
    with stopped(notebook):  # one changes one's mind, and again
        page.keyboard.press("n")
        form.locator(".bp-act", has_text="Cancel").click()
        page.keyboard.press("n")
    notebook.settle()
    expect(hint).to_be_visible()
    expect(without).to_be_visible()
    page.keyboard.press("Escape")
    expect(form).to_have_count(0)
    with stopped(notebook):
        page.keyboard.press("n")
        form.locator(".bp-act", has_text="Cancel").click()
    notebook.settle()
    page.keyboard.press("n")
    expect(hint).to_be_visible()
    page.keyboard.press("Escape")
    expect(form).to_have_count(0)
    page.locator(".bp-act", has_text="New issue").click()
    expect(hint).to_be_visible()
    page.locator(".bp-row").nth(1).click()  # another issue instead
    expect(hint).to_have_count(0)
    assert notebook.errors == []


def test_a_comment_stays_until_it_is_sent(notebook: Notebook) -> None:
    page, talk = notebook.page, notebook.page.locator(".bp-talk textarea")
    first, second = (page.locator(".bp-row").nth(k) for k in (0, 1))
    first.click()
    expect(talk).to_be_enabled()
    talk.click()
    page.keyboard.type("Half a ")
    notebook.kernel("board.reload()")
    page.locator(".bp-foot .bp-act").focus()
    page.locator(".bp-foot .bp-act").click()
    notebook.settle()
    expect(talk).to_have_value("Half a ")
    talk.focus()
    page.keyboard.press("End")
    notebook.kernel("board.reload()")
    notebook.settle()
    page.keyboard.type("remark")
    expect(talk).to_have_value("Half a remark")
    page.locator("input[type=file]").set_input_files({"name": "note.txt", "mimeType": "text/plain", "buffer": b"1"})
    expect(page.locator(".bp-file", has_text="note.txt")).to_be_visible()
    expect(talk).to_have_value("Half a remark")
    page.locator(".bp-act", has_text="Edit").click()
    page.locator(".bp-form .bp-act", has_text="Cancel").click()
    expect(talk).to_have_value("Half a remark")
    second.click()
    expect(talk).to_be_enabled()
    expect(talk).to_have_value("")
    talk.fill("Of the second")
    first.click()
    expect(talk).to_have_value("Half a remark")
    page.locator(".bp-talk .bp-act").click()
    expect(page.locator(".bp-comments li").last).to_contain_text("Half a remark")
    expect(talk).to_have_value("")
    second.click()
    expect(talk).to_have_value("Of the second")
    assert notebook.errors == []


def test_a_form_that_is_left_for_another_issue_comes_back(notebook: Notebook) -> None:
    page, name = notebook.page, notebook.page.locator(".bp-form [name=name]")
    first, second = (page.locator(".bp-row").nth(k) for k in (0, 1))
    first.click()
    page.locator(".bp-act", has_text="Edit").click()
    was = name.input_value()
    name.fill("Another name")
    second.click()
    expect(page.locator(".bp-form")).to_have_count(0)
    first.click()
    page.locator(".bp-act", has_text="Edit").click()
    expect(name).to_have_value("Another name")
    page.locator(".bp-form .bp-act", has_text="Cancel").click()
    page.locator(".bp-act", has_text="Edit").click()
    expect(name).to_have_value(was)
    page.locator(".bp-form .bp-act", has_text="Cancel").click()

    new = page.locator(".bp-act", has_text="New issue")
    without = page.locator(".bp-form .bp-act", has_text="Without a place")
    new.click()
    without.click()
    name.fill("The door jams")
    page.locator(".bp-form [name=view]").uncheck()
    new.click()  # pressed by mistake, or to say where it is after all
    without.click()
    expect(name).to_have_value("The door jams")
    expect(page.locator(".bp-form [name=view]")).not_to_be_checked()
    page.locator(".bp-form [type=submit]").click()
    expect(page.locator(".bp-issue h3")).to_have_text("The door jams")
    new.click()
    without.click()
    expect(name).to_have_value("")
    page.keyboard.press("Escape")
    assert notebook.errors == []


def test_an_answer_that_comes_late_takes_nothing_away(notebook: Notebook) -> None:
    page, name = notebook.page, notebook.page.locator(".bp-form [name=name]")
    page.locator(".bp-act", has_text="New issue").click()
    page.locator(".bv-hint").wait_for()
    notebook.settle()
    width, height = notebook.ask("viewer.size")
    with stopped(notebook):
        notebook.click(width / 2, height / 2)
        expect(page.locator(".bv-hint")).to_have_count(0)
        page.locator(".bp-form .bp-act", has_text="Without a place").click()
        name.fill("It leaks")
    notebook.settle()
    expect(name).to_have_value("It leaks")
    expect(page.locator(".bp-form .bp-on")).to_have_count(0)
    page.keyboard.press("Escape")
    assert notebook.errors == []


def test_nothing_written_is_lost_with_the_kernel(lab: Lab, sandbox: Sandbox) -> None:
    setup = f"""
import bimplus_nb as bp
client = bp.connect({sandbox.url!r}, token={sandbox.token("ben")!r})
board = bp.IssueBoard(client.project("Riverside Offices"))
board"""
    with lab.open([setup]) as opened:
        opened.run(0)
        opened.page.locator(".bp-row").first.click()
        remark = opened.page.locator(".bp-talk textarea")
        remark.fill("An hour's work")
        opened.settle()
        opened.page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        opened.page.locator(".bp-talk .bp-act").click()
        expect(opened.page.locator(".bp-news")).to_contain_text(
            "The kernel of this board has ended, so nothing was sent."
        )
        expect(remark).to_have_value("An hour's work")
        assert opened.errors == []
