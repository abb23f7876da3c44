"""Files that become models: sent, and then watched until the service has read them."""

from __future__ import annotations

import time
from collections.abc import Callable

from bimplus_nb.api.service import Service
from bimplus_nb.errors import ApiError, ImportFailed
from bimplus_nb.http import Progress
from bimplus_nb.records import Record, Records
from bimplus_nb.text import plain
from bimplus_nb.transfer import Source

_DONE = ("done", "done_refreshed")
_PAUSE, _LONGEST_PAUSE = 0.1, 10.0


class Imports(Service):
    """IFC files that become models. Each answers at once, with the model as it is then; `wait` until its content is
    there."""

    def start(
        self,
        project_id: str,
        model_id: str,
        file: Source,
        *,
        name: str | None = None,
        replace: bool | None = None,
        progress: Progress | None = None,
    ) -> Record:
        """The model, whose content becomes that of an IFC file; see `wait`. For owners and project admins.

        It goes into the model's latest revision; a model without revisions is overwritten (Bimplus documentation,
        Revision Service). `replace` is the clients' replaceModelData, of
        which nothing is said but the name.

        ``POST {team}/projects/{}/model/{}/importasync``
        """
        path, params = "{team}/projects/{}/model/{}/importasync", {"replaceModelData": replace}
        return self._upload("POST", path, project_id, model_id, file=file, name=name, params=params, progress=progress)

    def start_documented(
        self,
        project_id: str,
        model_id: str,
        file: Source,
        *,
        name: str | None = None,
        progress: Progress | None = None,
    ) -> Record:
        """The same by the older address, the only one in the documents; the vendor's clients use that of `start`.

        ``POST {team}/projects/{}/model/{}/import``
        """
        path = "{team}/projects/{}/model/{}/import"
        return self._upload("POST", path, project_id, model_id, file=file, name=name, progress=progress)

    def start_from_attachment(
        self,
        project_id: str,
        model_id: str,
        attachment_id: str,
        *,
        version: int | None = None,
        replace: bool | None = None,
    ) -> Record:
        """The model, whose content becomes that of an attached IFC file, of its latest version or the given one.

        `replace` as in `start`.

        ``POST {team}/projects/{}/model/{}/attachment/{}/importasync``
        """
        path = "{team}/projects/{}/model/{}/attachment/{}/importasync"
        params = {"version": version, "replaceModelData": replace}
        return self._one("POST", path, project_id, model_id, attachment_id, params=params)

    def wait(self, model_id: str, *, timeout: float = 600, progress: Callable[[str], None] | None = None) -> Record:
        """The model, once an import into it is done. `progress` is called with each new status.

        Raises `ImportFailed` with the service's reason, and TimeoutError after `timeout` seconds. The import goes on
        when this is interrupted; wait again.
        """
        until, pause, before = time.monotonic() + timeout, _PAUSE, ""
        while True:
            model = self._one("GET", "{team}/divisions/{}", model_id)
            status = str(model.get("status") or "")
            if progress is not None and status != before:
                progress(status)
            before = status
            if status.lower() in _DONE:
                return model
            if status.lower() == "failed":
                raise self._failure(model_id)
            if time.monotonic() + pause > until:
                still = f"The import is still {plain(status, 40)} after {timeout:g} s. It goes on; wait for it again."
                raise TimeoutError(still)
            time.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE)

    def _failure(self, model_id: str) -> ImportFailed:
        """What the service wrote to the importer about it: its last message with this model as `correlationId`."""
        try:
            messages = self._many("GET", "user/messages")
        except ApiError:
            messages = Records()  # then the status has to do
        told = [{key.lower(): value for key, value in message.items()} for message in messages]
        ours = [one for one in told if str(one.get("correlationid")).lower() == model_id.lower()]
        bad = [one for one in ours if one.get("returncode") != "OK"]
        reason = "the service does not say why"
        if bad:
            last = max(bad, key=lambda message: str(message.get("timestamp")))
            data = last.get("additionaldata")
            words = data.get("message") if isinstance(data, dict) else data
            reason = f"{plain(last.get('returncode'), 40)}: {plain(words, 500)}"
        text = f"The import failed. {reason}"
        return ImportFailed(text, status=200, method="GET", path=f"divisions/{model_id}", body=reason)
