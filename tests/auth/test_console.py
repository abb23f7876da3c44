"""`await client.login()` in a real kernel: what is asked, that it is neither shown nor kept, and how it is stopped."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from issuing import browse
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager, start_new_kernel

from bimplus_nb.sandbox import people


class Kernel:
    """A kernel with a client signed in nowhere; `shown` is all that it said."""

    def __init__(self, manager: KernelManager, talk: BlockingKernelClient) -> None:
        self.manager = manager
        self.talk = talk
        self.shown = ""

    def start(self, code: str, *, stdin: bool = True) -> str:
        return str(self.talk.execute(code, allow_stdin=stdin, stop_on_error=False))

    def says(self, pattern: str) -> str:
        """Wait for this on the outputs, tracebacks too; its first group."""
        deadline = time.monotonic() + 60
        while not (found := re.search(pattern, self.shown)):
            message = self.talk.get_iopub_msg(timeout=max(0.1, deadline - time.monotonic()))
            content = message["content"]
            lines = [content.get("text", ""), *content.get("traceback", []), *content.get("data", {}).values()]
            self.shown += re.sub(r"\x1b\[[\d;]*m", "", "\n".join(map(str, lines)))
        return found.group(1)

    def is_asked(self) -> dict[str, Any]:
        return dict(self.talk.get_stdin_msg(timeout=60)["content"])


@pytest.fixture(scope="module")
def kernel(sandbox: Any) -> Iterator[Kernel]:
    manager, talk = start_new_kernel()
    made = Kernel(manager, talk)
    made.start(
        "%xmode Verbose\nimport bimplus_nb as bp\n"
        f"client = bp.connect({sandbox.url!r}, client_id={sandbox.client_id!r})\nprint('be' + 'gun')"
    )
    made.says("(begun)")
    yield made
    talk.stop_channels()
    manager.shutdown_kernel(now=True)


def code_of(address: str) -> str:
    return parse_qs(urlsplit(address).query)["code"][0]


def test_the_address_is_asked_for_unseen_until_it_is_right(kernel: Kernel) -> None:
    kernel.shown = ""
    kernel.start("await client.login('paste')\nprint('who:', client.user['email'])")
    link = kernel.says(r"Open this link: (\S+)")
    asked = kernel.is_asked()
    assert (asked["password"], "not shown" in asked["prompt"]) == (True, True)
    address = browse(link, "ben", back=False).headers["Location"]
    kernel.talk.input(address.replace("state=", "state=x"))
    kernel.says(r"(its state differs)")
    assert kernel.is_asked()["password"]
    kernel.talk.input(f"  {address}\n")
    assert kernel.says(r"who: (\w+)") == "ben"
    kernel.start("print(In, Out, dir(), *get_ipython().history_manager.get_range(output=True), 'that is ' + 'all')")
    kernel.says("(that is all)")
    assert code_of(address) not in kernel.shown


def test_a_password_is_asked_for_unseen(kernel: Kernel) -> None:
    kernel.shown = ""
    kernel.start("await client.login('password')\nprint('who:', client.user['email'])")
    assert not kernel.is_asked()["password"]
    kernel.talk.input("carla@example.com")
    assert kernel.is_asked()["password"]
    kernel.talk.input("a wrong guess 12345")
    kernel.says("(did not accept the e-mail address and the password)")
    kernel.start("await client.login('password', user='carla@example.com')\nprint('who:', client.user['email'])")
    assert kernel.is_asked()["password"]
    kernel.talk.input(people.PASSWORD)
    assert kernel.says(r"who: (\w+)") == "carla"
    kernel.start("print(In, Out, *get_ipython().history_manager.get_range(output=True), 'that is ' + 'all')")
    kernel.says("(that is all)")
    assert "obsolete" in kernel.shown
    assert "wrong guess" not in kernel.shown


def test_where_nothing_can_be_typed_it_says_so(kernel: Kernel) -> None:
    kernel.shown = ""
    kernel.start("await client.login('paste')", stdin=False)
    kernel.says(r"(Nothing can be typed here unseen: use bp\.Login)")


def test_stopping_the_question_gives_it_up(kernel: Kernel) -> None:
    kernel.shown = ""
    kernel.start("client.logout()\nawait client.login('paste')")
    assert kernel.is_asked()["password"]
    kernel.manager.interrupt_kernel()
    kernel.says("(The sign-in was cancelled)")
    kernel.start("print('waits', client._sign_in.waits, 'end')")
    assert kernel.says(r"waits (\w+) end") == "False"


def test_stopping_the_cell_gives_it_up(kernel: Kernel) -> None:
    kernel.shown = ""
    kernel.start("client.logout()\nawait client.login('loopback')")
    link = kernel.says(r"Open this link: (\S+)")
    kernel.says("(cannot be shown)")
    kernel.manager.interrupt_kernel()
    kernel.says("(KeyboardInterrupt|CancelledError)")
    with pytest.raises(httpx.ConnectError):
        browse(link, "ben")
    kernel.shown = ""
    kernel.start("print('signed', client.signed_in, 'end')")
    assert kernel.says(r"signed (\w+) end") == "False"
