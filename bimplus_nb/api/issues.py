"""Issues of a project ("topics" in newer documents), also as BCF files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from bimplus_nb.api.service import Service
from bimplus_nb.http import Progress
from bimplus_nb.records import Record, Records
from bimplus_nb.transfer import Folder, Source


class Issues(Service):
    """What is to be done, also to and from BCF. Texts such as status and priority are the service's own; compare them
    without case."""

    def all(
        self,
        project_id: str,
        *,
        scene: bool | None = None,
        scene_thumbnail: bool | None = None,
        short_info: bool | None = None,
        current_time: datetime | None = None,
    ) -> Records:
        """The project's issues.

        Quicker without their scenes (`scene=False`), without the pictures in those (`scene_thumbnail=False`) or with
        the fields of a list only (`short_info=True`; `current_time` is then what the service reckons from).
        Source: published JavaScript SDK 1.0.56.

        ``GET {team}/projects/{}/issues``
        """
        params = {
            "scene": scene,
            "scenethumbnail": scene_thumbnail,
            "shortinfo": short_info,
            "currenttime": None if current_time is None else current_time.isoformat(timespec="seconds"),
        }
        return self._many("GET", "{team}/projects/{}/issues", project_id, params=params)

    def get(self, issue_id: str) -> Record:
        """One issue.

        ``GET {team}/issues/{}``
        """
        return self._one("GET", "{team}/issues/{}", issue_id)

    def create(
        self,
        project_id: str,
        *,
        name: str,
        description: str | None = None,
        type: str | None = None,
        status: str | None = None,
        priority: str | None = None,
        responsible: str | None = None,
        responsibles: Sequence[str] | None = None,
        cc: Sequence[str] | None = None,
        due: str | None = None,
        classification: str | None = None,
        tag: str | None = None,
        scene: Any = None,
    ) -> Record:
        """A new issue; needs the right to edit the project.

        `responsible` is a user's id, as are `responsibles`, where several are, and `cc`, who is told of changes; `due`
        is an ISO date. `type` is the name of one of `library_types`; `classification` and `tag` are words of one's own;
        `scene` is what is looked at.

        ``POST {team}/projects/{}/issues``
        """
        body = {
            "name": name,
            "description": description,
            "type": type,
            "status": status,
            "priority": priority,
            "responsible": None if responsible is None else {"id": responsible},
            "responsibles": _users(responsibles),
            "cc": _users(cc),
            "dueDate": due,
            "classification": classification,
            "tag": tag,
            "scene": scene,
        }
        return self._one("POST", "{team}/projects/{}/issues", project_id, body=body)

    def update(
        self,
        issue_id: str,
        *,
        name: str | None = None,
        description: str | None = None,
        type: str | None = None,
        status: str | None = None,
        priority: str | None = None,
        responsible: str | None = None,
        responsibles: Sequence[str] | None = None,
        cc: Sequence[str] | None = None,
        due: str | None = None,
        classification: str | None = None,
        tag: str | None = None,
        solution: str | None = None,
        scene: Any = None,
    ) -> None:
        """Change what is given. Only the author may; `solution`, and whether it is solved, the responsible too.

        ``PUT {team}/issues/{}``
        """
        body = {
            "name": name,
            "description": description,
            "type": type,
            "status": status,
            "priority": priority,
            "responsible": None if responsible is None else {"id": responsible},
            "responsibles": _users(responsibles),
            "cc": _users(cc),
            "dueDate": due,
            "classification": classification,
            "tag": tag,
            "solution": solution,
            "scene": scene,
        }
        self._none("PUT", "{team}/issues/{}", issue_id, body=body)

    def delete(self, issue_id: str, *, force: bool | None = None) -> None:
        """Delete the issue with its pins. Only the author may; with `force` a project admin too.

        ``DELETE {team}/issues/{}``
        """
        self._none("DELETE", "{team}/issues/{}", issue_id, params={"forceDelete": force})

    def delete_all(self, project_id: str) -> None:
        """Delete every issue of the project, whoever wrote it.

        ``DELETE {team}/projects/{}/issues``
        """
        self._none("DELETE", "{team}/projects/{}/issues", project_id)

    def rights(self, issue_id: str) -> Record:
        """What this user may do with the issue, by name: true or false.

        ``GET {team}/issues/{}/rights``
        """
        return self._one("GET", "{team}/issues/{}/rights", issue_id)

    def library_types(self) -> Records:
        """The types an issue can have, each with `id` and `name`.

        ``GET {team}/lib/issuetypes``
        """
        return self._many("GET", "{team}/lib/issuetypes")

    def types(self) -> Records:
        """Raises `NotOffered`: the documents list this and say that it is not implemented. Use `library_types`.

        ``GET {team}/issues/types``
        """
        raise self._not_offered(
            "GET", "{team}/issues/types", "the documents say that it is not implemented; issues.library_types() is."
        )

    def type_of(self, type_id: str) -> Record:
        """Raises `NotOffered`: the documents list this and say that it is not implemented. Use `library_types`.

        ``GET {team}/issues/types/{}``
        """
        raise self._not_offered(
            "GET",
            f"{{team}}/issues/types/{type_id}",
            "the documents say that it is not implemented; issues.library_types() is.",
        )

    def import_bcf(
        self, project_id: str, file: Source, *, name: str | None = None, progress: Progress | None = None
    ) -> Record:
        """The topics of a BCF file as issues; which were `created`, `updated` and, with reasons, `skipped`.

        Needs the right to edit the project. A topic that came once before updates its issue.

        ``PUT {team}/projects/{}/issues/bcf``
        """
        path = "{team}/projects/{}/issues/bcf"
        return self._upload("PUT", path, project_id, file=file, name=name, progress=progress)

    def export_bcf(
        self, project_id: str, folder: Folder, *, issues: Sequence[str] | None = None, version: str | None = None
    ) -> Path:
        """The project's issues, or those with the ids in `issues`, as a BCF file in `folder`; where it is.

        `version` is "2.1" or "3.0".

        ``POST {team}/projects/{}/issues/export/bcf``
        """
        path = "{team}/projects/{}/issues/export/bcf"
        params, body = {"version": version}, [*(issues or ())]
        return self._download(path, project_id, folder=folder, method="POST", params=params, body=body)

    def export_bcf_of(self, folder: Folder, *, issues: Sequence[str], version: str | None = None) -> Path:
        """Issues of any of the team's projects, by their ids, as a BCF file in `folder`; where it is.

        ``POST {team}/issues/export/bcf``
        """
        params = {"version": version}
        return self._download("{team}/issues/export/bcf", folder=folder, method="POST", params=params, body=[*issues])


def _users(ids: Sequence[str] | None) -> list[dict[str, str]] | None:
    return None if ids is None else [{"id": one} for one in ids]
