"""Links to elsewhere on objects, issues and slides.

Source: Bimplus documentation, Hyperlink Service (fields); published JavaScript SDK 1.0.56 (the rest).
"""

from __future__ import annotations

import re
from typing import Any

from bimplus_nb.sandbox import access
from bimplus_nb.sandbox.fields import NAME, Fields
from bimplus_nb.sandbox.places import place
from bimplus_nb.sandbox.wire import Ask, Table

table = Table()

_ON = tuple(f"/{{team}}/{place}/hyperlinks" for place in ("objects/{object}", "issues/{issue}", "slides/{slide}"))
# Both spellings are in the documents.
_ONE = ("/{team}/hyperlinks/{hyperlink}", "/{team}/hyperlink/{hyperlink}")
# What a browser follows to another page or to the mail program; nothing that runs.
_ADDRESS = re.compile(r"(?i)(https?://[^\s/\\?#\x00-\x20]|mailto:[^\s@]+@)[^\x00-\x20\x7f]*")
_ORDER = 1_000_000


@table.get("/{team}/projects/{project}/hyperlinks")
def of_project(ask: Ask) -> Any:
    """Every link in the project, whatever it hangs on."""
    return ask.store.all("hyperlink", project=access.project(ask)["id"])


@table.get(*_ON)
def every(ask: Ask) -> Any:
    """The links there, by their `orderNumber`."""
    return sorted(ask.store.all("hyperlink", owner=place(ask).id), key=lambda link: link["orderNumber"])


@table.post(*_ON)
def create(ask: Ask) -> Any:
    """A new link, behind the others if no `orderNumber` says else, named by its address if no `name` does."""
    on, fields = place(ask, "Project_Edit"), ask.fields()
    url = _url(fields)
    last = max((link["orderNumber"] for link in ask.store.all("hyperlink", owner=on.id)), default=0)
    order = _order(fields)
    record = {
        "objectId": on.id,
        "orderNumber": last + 1 if order is None else order,
        "name": fields.text("name", limit=NAME) or url,
        "url": url,
    }
    return ask.store.add("hyperlink", record, owner=on.id, project=on.project)


@table.delete(*_ON)
def delete_all(ask: Ask) -> Any:
    on = place(ask, "Project_Edit")
    ask.store.run("DELETE FROM things WHERE kind = 'hyperlink' AND owner = ?", on.id)


@table.get(*_ONE)
def one(ask: Ask) -> Any:
    return access.thing(ask, "hyperlink")


@table.put(*_ONE)
def update(ask: Ask) -> Any:
    """Changes what is given."""
    link, fields = access.thing(ask, "hyperlink", "Project_Edit"), ask.fields()
    order = _order(fields)
    if "url" in fields:
        link["url"] = _url(fields)
    if "name" in fields:
        link["name"] = fields.text("name", limit=NAME) or link["url"]
    if order is not None:
        link["orderNumber"] = order
    return ask.store.save(link)


@table.delete(*_ONE)
def delete(ask: Ask) -> Any:
    ask.store.delete(access.thing(ask, "hyperlink", "Project_Edit")["id"])


def _url(fields: Fields) -> str:
    url = fields.needed("url")
    if not _ADDRESS.fullmatch(url):
        raise fields.wrong("url", "an address that begins with https://, http:// or mailto:")
    return url


def _order(fields: Fields) -> int | None:
    order = fields.number("orderNumber")
    if order is not None and not (order == int(order) and 0 <= order <= _ORDER):
        raise fields.wrong("orderNumber", f"a whole number from 0 to {_ORDER}")
    return None if order is None else int(order)
