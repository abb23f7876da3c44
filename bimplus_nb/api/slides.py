"""The slides of a slideshow."""

from __future__ import annotations

from typing import Any

from bimplus_nb.api.service import Service
from bimplus_nb.http import Progress
from bimplus_nb.records import Record, Records
from bimplus_nb.transfer import Source


class Slides(Service):
    """The slides of a slideshow, each a view of the building. A `scene` says what is looked at and how; the service
    keeps it as it is given. `info` is more of one's own words."""

    def all(self, slideshow_id: str) -> Records:
        """The slides of a slideshow, in order.

        ``GET {team}/slideshows/{}/slides``
        """
        return self._many("GET", "{team}/slideshows/{}/slides", slideshow_id)

    def get(self, slide_id: str) -> Record:
        """One slide.

        ``GET {team}/slides/{}``
        """
        return self._one("GET", "{team}/slides/{}", slide_id)

    def create(
        self,
        slideshow_id: str,
        *,
        name: str | None = None,
        description: str | None = None,
        info: str | None = None,
        scene: Any = None,
    ) -> Record:
        """A new slide behind the others.

        ``POST {team}/slideshows/{}/slides``
        """
        body = {"name": name, "description": description, "slideInfo": info, "scene": scene}
        return self._one("POST", "{team}/slideshows/{}/slides", slideshow_id, body=body)

    def update(
        self,
        slide_id: str,
        *,
        name: str | None = None,
        description: str | None = None,
        info: str | None = None,
        scene: Any = None,
        index: int | None = None,
    ) -> None:
        """Change what is given; `index` moves the slide, the first place is 1.

        ``PUT {team}/slides/{}``
        """
        body = {"name": name, "description": description, "slideInfo": info, "scene": scene, "index": index}
        self._none("PUT", "{team}/slides/{}", slide_id, body=body)

    def delete(self, project_id: str, slide_id: str) -> None:
        """Delete one slide; those behind it move up.

        ``DELETE {team}/projects/{}/slides/{}``
        """
        self._none("DELETE", "{team}/projects/{}/slides/{}", project_id, slide_id)

    def set_thumbnail(
        self, slide_id: str, file: Source, *, name: str | None = None, progress: Progress | None = None
    ) -> Record:
        """Send a picture of the slide, instead of the one before.

        ``POST {team}/slides/{}/thumbnail``
        """
        path = "{team}/slides/{}/thumbnail"
        return self._upload("POST", path, slide_id, file=file, name=name, progress=progress)

    def thumbnail(self, slide_id: str) -> bytes:
        """Its picture. Raises `NotFound` where it has none.

        ``GET {team}/thumbnail/{}``
        """
        return self._bytes("{team}/thumbnail/{}", slide_id)
