"""Choosing by the widget's lists."""

from __future__ import annotations

from bimplus_nb.bimlink import Link, Picker, connect
from bimplus_nb.sandbox import Sandbox


def labels(picker: Picker, step: str) -> list[str]:
    return [label for label, id_ in picker._lists[step].options if id_]


def pick(picker: Picker, step: str, label: str) -> None:
    picker._lists[step].value = dict(picker._lists[step].options)[label]


def test_down_to_a_storey(ben: Link) -> None:
    told: list[dict[str, str]] = []
    picker = Picker(ben, on_choose=told.append)
    assert labels(picker, "domain_account") == ["Riverside Planning", "Harbour Works"]
    assert picker._lists["location"].disabled
    pick(picker, "domain_account", "Harbour Works")
    assert list(picker.choice) == ["domain_account", "location", "project"]  # the only ones are chosen
    assert labels(picker, "phase") == ["Building permit", "As built"]
    assert told == []
    pick(picker, "phase", "As built")
    assert told == [ben.choice]
    pick(picker, "storey", labels(picker, "storey")[-1])
    assert "storey" in told[-1]
    pick(picker, "storey", "…")
    assert told[-1] == told[0] == ben.choice
    pick(picker, "domain_account", "Riverside Planning")
    assert labels(picker, "phase") == ["Detailed design"]
    assert "storey" not in picker.choice


def test_what_was_chosen_is_shown(link: Link) -> None:
    link.choose(phase="Detailed design", storey="Roof")
    picker = Picker(link)
    assert {step: each.value for step, each in picker._lists.items()} == link.choice
    picker.choose(phase="Preliminary design")
    assert picker._lists["phase"].label == "Preliminary design"
    assert picker._lists["storey"].label == "…"


def test_errors_in_words(sandbox: Sandbox) -> None:
    with connect(sandbox) as link:
        picker = Picker(link)
        link.operations._loaded = None
        link._document = "nowhere"
        picker.refresh()
        assert "404" in picker._words.value


def test_asks_to_sign_in_first(sandbox: Sandbox) -> None:
    with connect(sandbox) as link:
        link.logout()
        picker = Picker(link)
        assert "Sign in to" in str(picker.widget.children[1].children)
        link.sign_in(user="ben")
        picker.refresh()
        assert len(labels(picker, "domain_account")) == 2
