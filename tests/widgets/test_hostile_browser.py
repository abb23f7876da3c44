"""Names written to do harm are shown as text, in every widget and table, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lab import Lab
from labnotebook import Notebook

from bimplus_nb.client import connect
from bimplus_nb.sandbox import Sandbox

# What is stored, and what must be read on the page.
NAMES = {
    "image": ('<img src=x onerror="window.harmed = 1">', "<img src=x onerror="),
    "script": ("</script><script>window.harmed = 1</script>", "</script><script>window.harmed"),
    "direction": ("safe\u202etxt.exe\u202c", "safe⟨right-to-left override⟩txt"),
    "long": ("long" * 2_500, "longlonglong"),
}
# A metre cube, Z up, in the service's own spelling.
CORNERS = [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1)]
CUBE = {
    "color": 0xFFC9AE65,
    "vertices": [1000 * number for corner in CORNERS for number in corner],
    "faces": [4, 0, 1, 2, 3, 4, 7, 6, 5, 4, 4, 0, 4, 5, 1, 4, 1, 5, 6, 2, 4, 2, 6, 7, 3, 4, 3, 7, 4, 0],
}


@pytest.fixture(scope="module", params=NAMES)
def hostile(request: pytest.FixtureRequest, lab: Lab) -> Iterator[tuple[str, Notebook]]:
    """A project whose every name is hostile, and a notebook whose kernel is signed in beside it."""
    name, read = NAMES[request.param]
    with Sandbox() as sandbox, connect(sandbox) as client:
        project = client.projects.create(name=name, description=name)
        model = client.models.create(project.id, name=name)
        element, general = {"divisionid": model.id}, {"name": name, "description": name}
        branch = {"general": general, "element": element}
        root = client.objects.create(type="TopologyDivision", parent=project.id, attributes=branch)
        wall = client.objects.create(
            type="Wall",
            parent=root.id,
            attributes={**branch, "geometry": {"mesh": CUBE}},
        )
        issue = client.issues.create(project.id, name=name, description=name)
        client.pins.create(issue.id, object_id=wall.id, position=(0, 0, 0))
        cells = [
            f"import os; os.environ['BIMPLUS_SANDBOX_URL'] = {sandbox.url!r}\nimport bimplus_nb as bp\n"
            f"client = bp.connect()\nproject = client.project({project.id!r})\nclient.projects.all()",
            "project",
            f"picker = bp.ProjectPicker(client); picker.choose({project.id!r})\npicker",
            "viewer = project.view(progress=False)\nviewer",
            f"viewer.color_by(project.objects(progress=False)['name'])\nviewer.select({wall.id!r})\n"
            "bp.ObjectTable(project, viewer=viewer)",
            f"app = bp.Explorer(client, project=project)\napp.viewer.select({wall.id!r})\napp",
            "bp.ObjectTable(frame=project.issues())",
            "bp.Login(client)",
        ]
        with lab.open(cells) as notebook:
            yield read, notebook


@pytest.mark.browser
def test_names_are_text_everywhere(hostile: tuple[str, Notebook]) -> None:
    read, notebook = hostile
    notebook.run_all()
    notebook.settle()
    page = notebook.page
    assert page.evaluate("window.harmed") is None
    assert page.locator(".jp-OutputArea img[src=x]").count() == 0
    assert page.locator(".jp-OutputArea script", has_text="harmed").count() == 0
    shown = " ".join(page.locator(".jp-OutputArea").all_inner_texts())
    assert read in shown
    assert "\u202e" not in shown
    assert "long" * 600 not in shown, "10,000 characters are cut"
    assert notebook.errors == []
