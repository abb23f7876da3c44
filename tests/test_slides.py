"""Views that are kept with a project, on a real sandbox: kept, shown again, looked at, played."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator

import numpy as np
import pytest

import bimplus_nb as bp
from bimplus_nb.client import Client, connect
from bimplus_nb.project import Project
from bimplus_nb.project.slides import Pictures
from bimplus_nb.sandbox import Sandbox
from bimplus_nb.viewer import Viewer
from bimplus_nb.widgets import SlidePlayer

NAME = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def signed_in() -> Iterator[Client]:
    with Sandbox() as sandbox, connect(sandbox) as client:
        yield client


@pytest.fixture(scope="module")
def project(signed_in: Client) -> Project:
    return signed_in.project("Harbour Pavilion")


@pytest.fixture(scope="module")
def viewer(project: Project) -> Iterator[Viewer]:
    made = project.view(progress=False)
    drawn = itertools.count()
    with pytest.MonkeyPatch.context() as patched:
        # Drawing takes seconds; that a picture shows the view is for other tests.
        patched.setattr(made, "_still", lambda: np.full((1, 1, 3), next(drawn), np.uint8))
        yield made
    made.close()


@pytest.fixture(scope="module")
def kept(project: Project, viewer: Viewer) -> list[str]:
    """Three slides in two slideshows."""
    first, second, *_ = viewer.mesh.ids
    viewer.select(first)
    ids = [project.slides.add(viewer, NAME, description="the first").id]
    viewer.isolate(second)
    viewer.section("y", 1_500)
    ids.append(project.slides.add(viewer, "Second").id)
    viewer.reset()
    viewer.look("top")
    ids.append(project.slides.add(viewer, "From above", slideshow="Plans").id)
    viewer.reset()
    return ids


def test_slides_are_a_table_in_their_order(project: Project, kept: list[str]) -> None:
    frame = project.slides()
    assert list(frame.index) == kept
    assert frame["slideshow"].tolist() == ["Views", "Views", "Plans"]
    assert frame["position"].tolist() == [1, 2, 1]
    assert frame["name"].tolist() == [NAME, "Second", "From above"]
    assert frame["picture"].all()
    assert frame["created"].notna().all()
    assert list(project.slides("Plans").index) == kept[2:]
    assert project.slides(frame["slideshow_id"].iloc[0])["position"].tolist() == [1, 2]
    with pytest.raises(ValueError, match=r"no slideshow 'Sections'. There are: 'Views', 'Plans'"):
        project.slides("Sections")


def test_a_slide_shows_what_was_seen_when_it_was_kept(project: Project, viewer: Viewer, kept: list[str]) -> None:
    project.slides.show(viewer, "Second")
    assert viewer.visible_ids == (viewer.mesh.ids[1],)
    assert len(viewer.sections) == 1
    project.slides.show(viewer, kept[0])
    assert viewer.selected_ids == (viewer.mesh.ids[0],)
    assert viewer.sections == ()
    assert {layer["visible"] for layer in viewer.capture()["layers"]} == {True}
    models = {str(model["topologyId"]).lower() for model in project.api.models.all(project.id)}
    assert {layer["divisionTopologyId"] for layer in viewer.capture()["layers"]} <= models


def test_a_slide_is_replaced_and_what_others_wrote_in_it_stays(
    project: Project, viewer: Viewer, kept: list[str]
) -> None:
    scene = json.loads(json.dumps(project.api.slides.get(kept[1])["scene"])) | {"marks": {"ours": False}}
    project.api.slides.update(kept[1], scene=json.dumps(scene))  # as text, this time
    before = project.slides.picture(kept[1])
    project.slides.show(viewer, "Second")
    assert viewer.capture() == scene
    viewer.show(viewer.mesh.ids)
    project.slides.replace("Second", viewer)
    after = project.api.slides.get(kept[1])["scene"]
    assert after["marks"] == {"ours": False}
    assert "visible" not in after["objects"]
    assert project.slides.picture(kept[1]) != before
    project.api.slides.update(kept[1], scene=scene)


def test_two_of_one_name_are_told_apart_by_their_ids(project: Project, viewer: Viewer, kept: list[str]) -> None:
    show = project.slides.shows()[0]
    other = project.api.slides.create(show.id, name="Second")
    with pytest.raises(ValueError, match="2 have the name 'Second'; say which slide by its id"):
        project.slides.show(viewer, "Second")
    with pytest.raises(ValueError, match="The slide 'Second' has no scene"):
        project.slides.show(viewer, other.id)
    assert project.slides.picture(other.id) is None
    project.slides.show(viewer, kept[1])
    project.slides.delete(other.id)
    assert list(project.slides().index) == kept


def test_pictures_are_shown_escaped_and_only_if_they_are_pictures(project: Project, kept: list[str]) -> None:
    pictures = project.slides.pictures()
    assert list(pictures) == kept
    assert all(picture.startswith(b"\x89PNG") for picture in pictures.values())
    page = pictures._repr_html_()
    assert page.count("<img") == page.count("src='data:image/png;base64,") == 3
    assert "&lt;img src=x" in page
    hostile = Pictures(pictures.frame.iloc[:1], {kept[0]: None})
    assert len(hostile) == 0
    assert "src=" not in hostile._repr_html_().replace("&lt;img src=x", "")


def test_an_issue_shows_its_scene(project: Project, viewer: Viewer) -> None:
    viewer.select(viewer.mesh.ids[3])
    issue = project.api.issues.create(project.id, name="Look here", scene=json.dumps(viewer.capture()))
    viewer.reset()
    viewer.apply(project.api.issues.get(issue.id)["scene"])
    assert viewer.selected_ids == (viewer.mesh.ids[3],)


@pytest.mark.usefixtures("kept")
def test_a_slideshow_is_played(project: Project, viewer: Viewer) -> None:
    player = bp.SlidePlayer(project, viewer)
    player.next()
    assert (player.position, viewer.selected_ids) == (1, (viewer.mesh.ids[0],))
    assert "&lt;img src=x" in player._name.value
    player.next()
    assert viewer.visible_ids == (viewer.mesh.ids[1],)
    player._clock.value = 3  # as the page says while it plays
    assert (player.position, viewer.sections) == (3, ())
    player._clock.value = 77
    assert player.position == 3
    player.next()
    assert player.position == 1
    player.previous()
    assert player.position == 3
    player._cards[1].children[1].click()
    assert player.position == 2
    player.play()
    assert player._clock.playing
    player.stop()
    with pytest.raises(ValueError, match="no slide 4; there are 3"):
        player.show(4)
    player.close()
    plans = SlidePlayer(project, viewer, "Plans")
    assert len(plans.frame) == 1
    plans.close()


def test_without_slides_there_is_nothing_to_play(signed_in: Client, viewer: Viewer) -> None:
    player = SlidePlayer(signed_in.project("Empty plot"), viewer)
    assert "no slide yet" in player._name.value
    player._clock.value = 1
    with pytest.raises(ValueError, match="no slide 1; there are 0"):
        player.next()
    assert player.position == 0
