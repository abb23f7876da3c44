"""Slideshows of a project."""

from __future__ import annotations

from bimplus_nb.api.service import Service
from bimplus_nb.http import Progress
from bimplus_nb.records import Record, Records
from bimplus_nb.transfer import Source


class Slideshows(Service):
    """Slideshows of a project. Making and changing them needs the right to edit the project."""

    def all(self, project_id: str) -> Records:
        """The project's slideshows.

        ``GET {team}/projects/{}/slideshows``
        """
        return self._many("GET", "{team}/projects/{}/slideshows", project_id)

    def get(self, slideshow_id: str) -> Record:
        """One slideshow.

        ``GET {team}/slideshows/{}``
        """
        return self._one("GET", "{team}/slideshows/{}", slideshow_id)

    def create(self, project_id: str, *, name: str, description: str | None = None) -> Record:
        """A new slideshow, without slides.

        ``POST {team}/projects/{}/slideshows``
        """
        body = {"name": name, "description": description}
        return self._one("POST", "{team}/projects/{}/slideshows", project_id, body=body)

    def update(self, slideshow_id: str, *, name: str | None = None, description: str | None = None) -> None:
        """Change what is given.

        ``PUT {team}/slideshows/{}``
        """
        self._none("PUT", "{team}/slideshows/{}", slideshow_id, body={"name": name, "description": description})

    def delete(self, project_id: str, slideshow_id: str) -> None:
        """Delete the slideshow with its slides.

        ``DELETE {team}/projects/{}/slideshows/{}``
        """
        self._none("DELETE", "{team}/projects/{}/slideshows/{}", project_id, slideshow_id)

    def delete_all(self, project_id: str) -> None:
        """Delete every slideshow of the project.

        ``DELETE {team}/projects/{}/slideshows``
        """
        self._none("DELETE", "{team}/projects/{}/slideshows", project_id)

    def set_thumbnail(
        self, slideshow_id: str, file: Source, *, name: str | None = None, progress: Progress | None = None
    ) -> Record:
        """Send a picture that stands for the slideshow, instead of the one before.

        ``POST {team}/slideshows/{}/thumbnail``
        """
        path = "{team}/slideshows/{}/thumbnail"
        return self._upload("POST", path, slideshow_id, file=file, name=name, progress=progress)

    def thumbnail(self, slideshow_id: str) -> bytes:
        """Its picture. Raises `NotFound` where it has none.

        ``GET {team}/thumbnail/{}``
        """
        return self._bytes("{team}/thumbnail/{}", slideshow_id)
