"""The notebook of signing in, in a real JupyterLab: by the service's page as Carla, by the sandbox's buttons as Ben."""

from __future__ import annotations

import pytest
from lab import Lab
from workthrough import hued, worked_through


@pytest.mark.browser
def test_the_notebook_of_signing_in(lab: Lab) -> None:
    with worked_through(lab, "02_sign_in") as notebook:
        page = notebook.page
        orange = hued(notebook.pixels(), "#c87f21").mean()
        assert orange > 0.002, "what waits for Anna, in a building that is seen through"

        owner, visitor = (page.locator(".bp-login").nth(number) for number in range(2))
        visitor.get_by_role("button", name="Sign in").click()
        with page.context.expect_page() as opened:
            visitor.locator("a.bp-open").click()
        opened.value.locator("button[value=carla]").click()
        visitor.locator(".bp-title", has_text="Signed in as Carla Costa").wait_for()
        assert notebook.ask("visitor.user['email']") == "carla@example.com"

        owner.get_by_role("button", name="Sign out").click()
        owner.get_by_role("button", name="Continue as ben").click()
        owner.locator(".bp-title", has_text="Signed in as Ben Bauer").wait_for()
        assert "Ben Bauer" in notebook.run(1)
        notebook.run(7)
        assert notebook.ask("(mine['responsible'] == 'Ben Bauer').all() and len(mine)") == 8
        notebook.run(8)
        notebook.settle()
        red = hued(notebook.pixels(), "#a5482d").mean()
        assert red > 0.0005, "what is urgent of Ben's"
