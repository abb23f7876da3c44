"""Scenes: what was looked at and how, kept with objects and issues. Source: published JavaScript SDK 1.0.56."""

from __future__ import annotations

from typing import Any

from bimplus_nb.api.service import Service
from bimplus_nb.records import Record, Records


class Scenes(Service):
    """Views kept with an object or issue. The service keeps each as it is given; an issue's id may stand where an
    object's does."""

    def all(self, object_id: str, *, short_info: bool | None = None) -> Records:
        """The scenes of an object or issue; quicker without what they show (`short_info=True`).

        ``GET {team}/objects/{}/scenes``
        """
        return self._many("GET", "{team}/objects/{}/scenes", object_id, params={"shortInfo": short_info})

    def get(self, scene_id: str) -> Record:
        """One scene.

        ``GET {team}/scenes/{}``
        """
        return self._one("GET", "{team}/scenes/{}", scene_id)

    def create(self, object_id: str, *, scene: Any, name: str | None = None) -> Record:
        """Keep a scene with an object or issue; needs the right to edit the project.

        ``POST {team}/objects/{}/scenes``
        """
        return self._one("POST", "{team}/objects/{}/scenes", object_id, body={"name": name, "scene": scene})

    def update(self, scene_id: str, *, scene: Any = None, name: str | None = None) -> None:
        """Change what is given.

        ``PUT {team}/scenes/{}``
        """
        self._none("PUT", "{team}/scenes/{}", scene_id, body={"name": name, "scene": scene})

    def delete(self, scene_id: str) -> None:
        """Delete one scene.

        ``DELETE {team}/scenes/{}``
        """
        self._none("DELETE", "{team}/scenes/{}", scene_id)
