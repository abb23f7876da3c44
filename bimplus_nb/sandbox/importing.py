"""Imports: a file that becomes the content of a model, after the answer.

Statuses: PREPARING (received), PENDING (waits), PROCESSING (is read), then DONE or FAILED, and a message to whoever
sent it. Source: Bimplus documentation, Import, Model and Messaging Service. Only an import that is whole changes the
model, in one transaction; whatever ends it before leaves the former content. A thing of the kind "import" is there
while it runs, so that a sandbox that was killed finds at its next start what it had begun.

``BIMPLUS_SANDBOX_IMPORT_SECONDS`` (600) and ``BIMPLUS_SANDBOX_IMPORT_MB`` (256) bound it.
"""

from __future__ import annotations

import logging
import os
import re
from dataclasses import dataclass, field
from hashlib import sha256

from bimplus_nb.sandbox import ifc_process, notices, states
from bimplus_nb.sandbox.content import Model
from bimplus_nb.sandbox.fields import now
from bimplus_nb.sandbox.jobs import Jobs
from bimplus_nb.sandbox.problem import conflict
from bimplus_nb.sandbox.store import Store
from bimplus_nb.sandbox.wire import Ask, Record

_SOURCE, _TOPIC = "ImportService", "IFC_JOB"
_log = logging.getLogger(__name__)


def status(store: Store, model: str) -> str | None:
    """How far an import into this model is; None if none is running."""
    running = store.all("import", owner=model)
    return str(running[0]["status"]) if running else None


def begin(ask: Ask, model: Record, name: str, content: bytes) -> None:
    """Takes a file for a model. Raises a conflict while another one is being imported into it."""
    if status(ask.store, model["id"]):
        raise conflict("Another import into this model is still running.")
    record = {
        "model": model["id"],
        "user": ask.user["id"],
        "fileName": name,
        "status": "PREPARING",
        "started": now(),
    }
    ask.store.add("import", record, owner=model["id"], project=model["projectId"])
    model["status"] = record["status"]
    ask.store.save(model)
    # It waits for the store, so it does not begin before this request's transaction has ended.
    ask.service.jobs.start(_Import(ask.store, ask.service.jobs, record, content))


def recover(store: Store) -> None:
    """Ends the imports that a killed sandbox had begun."""
    for record in store.all("import"):
        _fail(store, record, "INTERRUPTED", "The service was stopped during the import. Import the file again.")


@dataclass(slots=True)
class _Import:
    """One import as a job."""

    store: Store
    jobs: Jobs
    record: Record
    content: bytes = field(repr=False)

    def __call__(self) -> None:
        if not self._reach("PENDING"):
            return
        most = _bound("BIMPLUS_SANDBOX_IMPORT_MB", 256)
        try:
            if len(self.content) > most * 2**20:
                size = f"{len(self.content) / 2**20:.1f} MB"
                raise ifc_process.Unread("FILE_TOO_BIG", f"It has {size}; up to {most:g} MB can be imported.")
            if self._reach("PROCESSING"):
                self._finish(self._read())
        except ifc_process.Unread as error:
            _fail(self.store, self.record, error.code, error.words)
        except ifc_process.Stopped:
            return  # the next start finds it
        except Exception as error:
            _log.exception("An import failed.")
            _fail(self.store, self.record, "FAILED", f"What was read cannot be stored: {error}")

    def _read(self) -> Model:
        name = re.sub(r"[^A-Za-z0-9._ -]", "_", self.record["fileName"])[-80:]
        return ifc_process.read(
            self.content,
            name if name.lower().endswith(".ifc") else f"{name}.ifc",
            key=self.record["model"],
            seconds=_bound("BIMPLUS_SANDBOX_IMPORT_SECONDS", 600),
            stopping=self.jobs.stopping,
        )

    def _reach(self, word: str) -> bool:
        """Whether the import still is to be made: its model may be gone, or its request was rolled back."""
        with self.store.transaction():
            found = self.store.get("import", self.record["id"])
            model = self.store.get("model", self.record["model"])
            if found is None or model is None:
                return False
            self.record["status"] = model["status"] = word
            self.store.save(self.record)
            self.store.save(model)
            return True

    def _finish(self, state: Model) -> None:
        with self.store.transaction():
            model = self.store.get("model", self.record["model"])
            if model is None:
                return
            states.replace_content(self.store, model, state)
            size = len(self.content)
            model.update(
                status="DONE",
                fileType="IFC",
                inputType="IFC",
                importFileName=self.record["fileName"],
                importFileSize=size,
                size=size,
                sizeMB=round(size / 2**20, 3),
                importHash=sha256(self.content).hexdigest(),
            )
            self.store.keep_file(model["id"], "content", self.content)
            _latest_revision(self.store, model, self.record["user"])
            _end(self.store, model, self.record)
            _tell(self.store, model, self.record, "OK", None)


def _latest_revision(store: Store, model: Record, user: str) -> None:
    """The import is part of the latest revision, which changed by it."""
    for revision in store.all("revision", owner=model["id"]):
        if revision["revisionNr"] == model["revision"]:
            store.save({**revision, "changed": now(), "changedby": user, "inputType": "IFC"})


def _fail(store: Store, record: Record, code: str, words: str) -> None:
    """Ends an import that changes nothing but the model's status."""
    with store.transaction():
        model = store.get("model", record["model"])
        if model is not None:
            model["status"] = "FAILED"
            _end(store, model, record)
            _tell(store, model, record, code, words)


def _end(store: Store, model: Record, record: Record) -> None:
    model.update(changed=now(), changedBy=record["user"], version=model["version"] + 1)
    store.save(model)
    store.delete(record["id"])


def _tell(store: Store, model: Record, record: Record, code: str, words: str | None) -> None:
    project = store.get("project", model["projectId"])
    notices.tell(
        store,
        record["user"],
        sender=record["user"],
        source=_SOURCE,
        topic=_TOPIC,
        code=code,
        severity="Info" if code == "OK" else "Error",
        data={
            "projectId": model["projectId"],
            "projectName": project["name"] if project else None,
            "divisionId": model["id"],
            "divisionName": model["name"],
            "fileName": record["fileName"],
            "message": words,
        },
        correlation=model["id"],
    )


def _bound(name: str, default: float) -> float:
    try:
        return float(os.environ.get(name, default))
    except ValueError:
        return default
