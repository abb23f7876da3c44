"""Choosing a project by the widget's public methods and by its controls."""

from __future__ import annotations

import pytest

from bimplus_nb.client import Client, connect
from bimplus_nb.project import Project
from bimplus_nb.sandbox import Sandbox
from bimplus_nb.widgets import ProjectPicker


def test_lists_the_projects_of_a_team(client: Client) -> None:
    picker = ProjectPicker(client)
    expected = {p["name"] for p in client.projects.everywhere() if p["teamSlug"] == picker._team.value}
    assert {label for label, _ in picker._list.options} == expected


def test_choosing_shows_models_and_layers_all_ticked(client: Client) -> None:
    picker = ProjectPicker(client)
    picker.choose("Riverside Offices")
    assert picker.project is not None
    layers = picker.project.layers()
    assert set(picker.models) == set(layers["model_id"])
    assert set(picker.layers) == set(layers["layer_id"])
    assert picker._list.value == picker.project.id


def test_unticking_leaves_layers_and_models_out(client: Client) -> None:
    picker = ProjectPicker(client)
    picker.choose("Riverside Offices")
    first = picker.models[0]
    for (model, _), tick in picker._ticks.items():
        tick.value = model != first
    assert first not in picker.models
    assert picker.models


def test_search_narrows_the_list(client: Client) -> None:
    picker = ProjectPicker(client)
    picker._search.value = "RIVERSIDE off"
    assert [label for label, _ in picker._list.options] == ["Riverside Offices"]
    picker._search.value = "no such thing"
    assert picker._list.options == ()
    assert "No project" in picker._about.value


def test_clicking_through_opens(client: Client) -> None:
    opened: list[Project] = []
    picker = ProjectPicker(client, on_open=opened.append)
    assert picker._open.disabled
    picker._list.value = client.project("Riverside Offices").id
    picker._open.click()
    assert [project.name for project in opened] == ["Riverside Offices"]


def test_an_empty_project_says_so(client: Client) -> None:
    picker = ProjectPicker(client)
    picker.choose("Empty plot")
    assert picker._open.disabled
    assert "empty" in picker._parts.children[0].value


def test_an_unknown_project_is_an_error_and_changes_nothing(client: Client) -> None:
    picker = ProjectPicker(client)
    picker.choose("Riverside Offices")
    with pytest.raises(ValueError, match="There is no project"):
        picker.choose("Nowhere")
    assert picker.project is not None
    assert picker.project.name == "Riverside Offices"


def test_asks_to_sign_in_first(sandbox: Sandbox) -> None:
    with connect(sandbox) as client:
        client.logout()
        picker = ProjectPicker(client)
        assert "sandbox" in str(picker.widget.children[1].children).lower()
        client.sign_in(user="ben")
        picker.refresh()
        picker.choose("Riverside Offices")
        assert picker.models
