"""Messages that the service writes to its users. Source: Bimplus documentation, Messaging Service."""

from __future__ import annotations

from typing import Any

from bimplus_nb.sandbox.fields import now
from bimplus_nb.sandbox.store import Store
from bimplus_nb.sandbox.wire import Record


def tell(
    store: Store,
    receiver: str,
    *,
    sender: str,
    source: str,
    topic: str,
    code: str,
    severity: str = "Info",
    data: Any = None,
    correlation: str | None = None,
) -> Record:
    """A message in a user's box, unread. `receiver` and `sender` are ids of users, `code` the `returnCode`."""
    record = {
        "sender": sender,
        "receiver": receiver,
        "source": source,
        "topic": topic,
        "severity": severity,
        "returnCode": code,
        "timestamp": now(),
        "unread": True,
        "additionalData": data,
        "correlationId": correlation,
    }
    return store.add("message", record, owner=receiver)
