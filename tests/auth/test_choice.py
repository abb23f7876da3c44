"""Which way in is taken where, and what is said of it."""

from __future__ import annotations

import re
from typing import Any, get_args

import pytest

from bimplus_nb.auth import Page, Way, choose
from bimplus_nb.auth.choice import place
from bimplus_nb.errors import LoginError

LOCAL = Page("http://127.0.0.1:8888", "/")
VSCODE = Page("vscode-webview://0a1b2c")
HUB_ENV = {"JUPYTERHUB_API_URL": "http://hub:8081/hub/api"}
SSH = {"SSH_CONNECTION": "10.0.0.1 5 10.0.0.2 22"}
BINDER = {"BINDER_REPO_URL": "https://example.org/r", "KUBERNETES_SERVICE_HOST": "10.1.0.1", **HUB_ENV}


def server(answers: bool = True, hub: bool = False, origin: str = "https://lab.example") -> Page:
    return Page(origin, "/user/anna/" if hub else "/x/", "/hub/" if hub else "", answers)


def yes() -> bool:
    return True


def never() -> bool:
    raise AssertionError("this need not be asked")


@pytest.mark.parametrize(
    ("environ", "page", "device", "way", "reason"),
    [
        ({}, None, never, "loopback", "comes back to this computer by itself"),
        ({}, LOCAL, never, "loopback", "comes back to this computer"),
        ({}, Page("http://localhost:8888", "/", answers=True), never, "loopback", "this computer"),
        ({}, Page("http://[::1]:8888", "/", answers=True), never, "loopback", "this computer"),
        ({}, VSCODE, never, "loopback", "this computer"),
        ({}, Page(""), never, "loopback", "this computer"),
        ({"VSCODE_PID": "1", "VSCODE_IPC_HOOK": "x", "JPY_PARENT_PID": "2"}, VSCODE, never, "loopback", "computer"),
        ({"VSCODE_IPC_HOOK_CLI": "/x", "WSL_DISTRO_NAME": "Debian"}, VSCODE, never, "loopback", "this computer"),
        ({}, server(), never, "server", "this notebook's server"),
        (SSH, server(), never, "server", "this notebook's server"),
        ({"REMOTE_CONTAINERS": "true"}, server(), never, "server", "this notebook's server"),
        ({"KUBERNETES_SERVICE_HOST": "10.1.0.1"}, server(), never, "server", "this notebook's server"),
        ({"CODESPACES": "true"}, server(origin="https://x-8888.app.github.dev"), yes, "device", "GitHub codespace"),
        ({}, server(answers=False), yes, "device", "another computer and bimplus-nb does not answer"),
        ({}, server(answers=False), bool, "paste", "pasted here, because .* does not answer"),
        (SSH, None, yes, "device", "a remote computer"),
        (SSH, None, bool, "paste", "pasted.*a remote computer"),
        (SSH, VSCODE, yes, "device", "a remote computer"),
        (SSH, Page("http://localhost:8888", "/", answers=True), yes, "device", "a remote computer"),
        ({"VSCODE_IPC_HOOK_CLI": "/x"}, VSCODE, bool, "paste", "a VS Code server"),
        ({}, Page("https://x.vscode-cdn.net"), bool, "paste", "another computer"),
        (HUB_ENV, server(hub=True), never, "server", "through the JupyterHub"),
        (HUB_ENV, server(hub=True, origin="http://127.0.0.1:8000"), never, "server", "through the JupyterHub"),
        (HUB_ENV, server(hub=True, answers=False), yes, "device", "does not answer in this hub's servers"),
        (HUB_ENV, None, bool, "paste", "a JupyterHub"),
        (BINDER, server(hub=True), yes, "device", "Binder"),
        (BINDER, server(hub=True), bool, "paste", "Binder"),
        ({"BINDER_SERVICE_HOST": "x"}, None, yes, "device", "Binder"),
        ({"CODESPACES": "true"}, None, yes, "device", "GitHub codespace"),
        ({"COLAB_RELEASE_TAG": "r"}, Page("https://x.googleusercontent.com"), yes, "device", "Google Colab"),
        ({"COLAB_RELEASE_TAG": "r", "KAGGLE_KERNEL_RUN_TYPE": "Batch"}, None, yes, "device", "Kaggle"),
        ({"KUBERNETES_SERVICE_HOST": "10.1.0.1"}, None, yes, "device", "Kubernetes"),
        ({"SSH_CONNECTION": ""}, None, never, "loopback", "this computer"),
    ],
)
def test_by_where_the_kernel_and_the_page_are(
    environ: dict[str, str], page: Page | None, device: Any, way: str, reason: str
) -> None:
    choice = choose(environ, page=page, device=device)
    assert choice.way == way
    assert re.search(reason, choice.reason)


@pytest.mark.parametrize(
    ("environ", "options", "way", "reason"),
    [
        ({"BIMPLUS_TOKEN": "t"}, {"hub": never, "keyring": never}, "environment", "BIMPLUS_TOKEN is set"),
        ({"BIMPLUS_TOKEN_FILE": "f"}, {"keyring": never}, "environment", "BIMPLUS_TOKEN_FILE is set"),
        ({"BIMPLUS_TOKEN": ""}, {}, "loopback", "comes back"),
        # A token of the real service is never given to a sandbox.
        ({"BIMPLUS_TOKEN": "t", **HUB_ENV}, {"sandbox": True, "hub": never}, "sandbox", "demo users"),
        (HUB_ENV, {"hub": yes, "keyring": never}, "hub", "signs in at the same service"),
        (HUB_ENV, {"hub": bool, "keyring": yes}, "keyring", "remembers"),
        ({}, {"hub": never, "keyring": yes, "device": never, "page": server()}, "keyring", "remembers"),
        ({"BIMPLUS_TOKEN": "t"}, {"way": "loopback"}, "loopback", "asked for"),
        (SSH, {"way": "loopback"}, "loopback", r"asked for\. .*a remote computer.*'paste'"),
        ({}, {"way": "server", "page": server()}, "server", "asked for"),
        ({}, {"way": "server", "page": Page("http://127.0.0.1:1", "/", answers=True)}, "server", "asked for"),
        ({}, {"way": "device", "device": yes}, "device", "asked for"),
        ({}, {"way": "paste"}, "paste", "asked for"),
        ({}, {"way": "password"}, "password", "removed in 2026"),
        (HUB_ENV, {"way": "hub", "hub": never}, "hub", "asked for"),
        ({"BIMPLUS_TOKEN": "t"}, {"way": "environment"}, "environment", "asked for"),
        ({}, {"way": "keyring", "keyring": yes}, "keyring", "asked for"),
        ({}, {"way": "sandbox"}, "sandbox", "asked for"),
    ],
)
def test_what_comes_before_what(environ: dict[str, str], options: dict[str, Any], way: str, reason: str) -> None:
    choice = choose(environ, **options)
    assert choice.way == way
    assert re.search(reason, choice.reason)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"way": "environment"}, "BIMPLUS_TOKEN.*BIMPLUS_TOKEN_FILE"),
        ({"way": "hub"}, "not started by a JupyterHub"),
        ({"way": "keyring"}, "remember=True"),
        ({"way": "server"}, r"bp\.Login\(client\)"),
        ({"way": "server", "page": server(answers=False)}, "install it.*restart the server"),
        ({"way": "device"}, "device grant.*'paste'"),
    ],
)
def test_a_way_that_cannot_work_here_says_what_to_do(options: dict[str, Any], why: str) -> None:
    with pytest.raises(LoginError, match=why):
        choose({}, **options)


def test_no_such_way() -> None:
    with pytest.raises(ValueError, match=", ".join(get_args(Way))):
        choose({}, way="telepathy")  # type: ignore[arg-type]


def test_whose_computer_it_is() -> None:
    assert place({}) is None
    for environ, own in ((SSH, True), (HUB_ENV, False), (BINDER, False), ({"COLAB_RELEASE_TAG": "r"}, False)):
        where = place(environ)
        assert where is not None
        assert where.own is own
