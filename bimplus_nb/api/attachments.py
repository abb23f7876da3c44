"""Files on projects, objects and issues, and their versions.

Attaching, renaming and new versions need the right to edit the project (Bimplus documentation, Attachment Service).
"""

from __future__ import annotations

from pathlib import Path

from bimplus_nb.api.service import Service
from bimplus_nb.http import Progress
from bimplus_nb.records import Record, Records
from bimplus_nb.transfer import CHUNK, ChunkSize, Folder, Source


class Attachments(Service):
    """Files on projects, objects and issues, with versions, in one go or piece by piece. Where one is sent, `name` is
    what it is called there, else its own name. `chunk_size` is the bytes of a piece."""

    def of_project(self, project_id: str) -> Records:
        """The files on a project itself, in their latest versions.

        ``GET {team}/projects/{}/attachments``
        """
        return self._many("GET", "{team}/projects/{}/attachments", project_id)

    def of_object(self, object_id: str) -> Records:
        """The files on an object, in their latest versions.

        ``GET {team}/objects/{}/attachments``
        """
        return self._many("GET", "{team}/objects/{}/attachments", object_id)

    def of_issue(self, issue_id: str) -> Records:
        """The files on an issue, in their latest versions.

        ``GET {team}/issues/{}/attachments``
        """
        return self._many("GET", "{team}/issues/{}/attachments", issue_id)

    def get(self, attachment_id: str) -> Record:
        """One file's description: name, kind, size, who sent it.

        ``GET {team}/attachments/{}``
        """
        return self._one("GET", "{team}/attachments/{}", attachment_id)

    def create_on_project(
        self, project_id: str, file: Source, *, name: str | None = None, progress: Progress | None = None
    ) -> Record:
        """Attach a file to a project.

        ``POST {team}/projects/{}/attachments``
        """
        path = "{team}/projects/{}/attachments"
        return self._upload("POST", path, project_id, file=file, name=name, progress=progress)

    def create_on_object(
        self, object_id: str, file: Source, *, name: str | None = None, progress: Progress | None = None
    ) -> Record:
        """Attach a file to an object.

        ``POST {team}/objects/{}/attachments``
        """
        path = "{team}/objects/{}/attachments"
        return self._upload("POST", path, object_id, file=file, name=name, progress=progress)

    def create_on_issue(
        self,
        issue_id: str,
        file: Source,
        *,
        name: str | None = None,
        kind: str | None = None,
        progress: Progress | None = None,
    ) -> Record:
        """Attach a file to an issue.

        With `kind="thumbnailhighresolution"` it is the picture of the issue's view (published JavaScript SDK 1.0.56).

        ``POST {team}/issues/{}/attachments``
        """
        path, params = "{team}/issues/{}/attachments", {"attachmenttype": kind}
        return self._upload("POST", path, issue_id, file=file, name=name, params=params, progress=progress)

    def create_chunked(
        self,
        object_id: str,
        file: Source,
        *,
        name: str | None = None,
        chunk_size: ChunkSize = CHUNK,
        progress: Progress | None = None,
    ) -> Record:
        """Attach a file to an object, sent piece by piece.

        For large files and bad lines: a piece that fails is repeated alone.

        ``PUT {team}/objects/{}/attachments/chunked``
        """
        path = "{team}/objects/{}/attachments/chunked"
        return self._upload_in_chunks(path, object_id, file=file, name=name, chunk_size=chunk_size, progress=progress)

    def replace_chunked(
        self,
        attachment_id: str,
        file: Source,
        *,
        name: str | None = None,
        chunk_size: ChunkSize = CHUNK,
        progress: Progress | None = None,
    ) -> Record:
        """Put a file in place of the latest version's content, sent piece by piece.

        ``PUT {team}/attachments/{}/chunked``
        """
        path = "{team}/attachments/{}/chunked"
        return self._upload_in_chunks(
            path, attachment_id, file=file, name=name, chunk_size=chunk_size, progress=progress
        )

    def download(self, attachment_id: str, folder: Folder, *, progress: Progress | None = None) -> Path:
        """Save the latest version in `folder`; the path of the new file. A file that is there is never replaced.

        ``GET {team}/attachments/{}/download``
        """
        return self._download("{team}/attachments/{}/download", attachment_id, folder=folder, progress=progress)

    def update(self, attachment_id: str, *, name: str | None = None, type: str | None = None) -> Record:
        """Rename the file, or say that it is of another `type` ("application/pdf").

        ``PUT {team}/attachments/{}``
        """
        return self._one("PUT", "{team}/attachments/{}", attachment_id, body={"fileName": name, "type": type})

    def delete(self, attachment_id: str) -> None:
        """Delete the file with all its versions: whoever attached it may, and a project admin.

        ``DELETE {team}/attachments/{}``
        """
        self._none("DELETE", "{team}/attachments/{}", attachment_id)

    def delete_all_of_project(self, project_id: str) -> None:
        """Delete all files on a project itself, not those on its objects.

        ``DELETE {team}/projects/{}/attachments``
        """
        self._none("DELETE", "{team}/projects/{}/attachments", project_id)

    def delete_all_of_object(self, object_id: str) -> None:
        """Delete all files on an object.

        ``DELETE {team}/objects/{}/attachments``
        """
        self._none("DELETE", "{team}/objects/{}/attachments", object_id)

    def delete_all_of_issue(self, issue_id: str) -> None:
        """Delete all files on an issue.

        ``DELETE {team}/issues/{}/attachments``
        """
        self._none("DELETE", "{team}/issues/{}/attachments", issue_id)

    def versions(self, attachment_id: str) -> Records:
        """Every version of a file, as records with its `version`.

        ``GET {team}/attachments/{}/versions``
        """
        return self._many("GET", "{team}/attachments/{}/versions", attachment_id)

    def create_version(
        self, attachment_id: str, file: Source, *, name: str | None = None, progress: Progress | None = None
    ) -> Record:
        """Add a new latest version; those before stay.

        ``POST {team}/attachments/{}/versions``
        """
        path = "{team}/attachments/{}/versions"
        return self._upload("POST", path, attachment_id, file=file, name=name, progress=progress)

    def create_version_chunked(
        self,
        attachment_id: str,
        file: Source,
        *,
        name: str | None = None,
        chunk_size: ChunkSize = CHUNK,
        progress: Progress | None = None,
    ) -> Record:
        """Add a new latest version, sent piece by piece.

        ``PUT {team}/attachments/{}/versions/chunked``
        """
        path = "{team}/attachments/{}/versions/chunked"
        return self._upload_in_chunks(
            path, attachment_id, file=file, name=name, chunk_size=chunk_size, progress=progress
        )

    def download_version(
        self, attachment_id: str, version: int, folder: Folder, *, progress: Progress | None = None
    ) -> Path:
        """Save one version in `folder`; the path of the new file.

        ``GET {team}/attachments/{}/versions/{}/download``
        """
        path = "{team}/attachments/{}/versions/{}/download"
        return self._download(path, attachment_id, version, folder=folder, progress=progress)

    def delete_version(self, attachment_id: str, version: int) -> None:
        """Delete one version. Raises `Conflict` for the only one there is.

        ``DELETE {team}/attachments/{}/versions/{}``
        """
        self._none("DELETE", "{team}/attachments/{}/versions/{}", attachment_id, version)

    def release(self, attachment_id: str, *, version: int | None = None, release: bool = True) -> Record:
        """Mark a version as released, the latest if none is named, or take that back.

        What the service wants to be told is not published; sent are the names that its answers have (published
        JavaScript SDK 1.0.56).

        ``PUT {team}/attachments/{}/release``
        """
        body = {"version": version, "release": release}
        return self._one("PUT", "{team}/attachments/{}/release", attachment_id, body=body)
