"""`Slides`: views of a project's building that are kept with it, in slideshows."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from bimplus_nb import frames
from bimplus_nb.api import Api
from bimplus_nb.api.parallel import side_by_side
from bimplus_nb.errors import NotFound
from bimplus_nb.records import Record, Records
from bimplus_nb.text import markup, plain

if TYPE_CHECKING:
    from bimplus_nb.viewer import Viewer

_LARGEST = 4 << 20  # bytes of a picture that is put on a page
_KINDS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg", b"GIF8": "gif"}


class Slides:
    """The slides of a project: called, the table; see `__call__`. Made by `Project.slides`. `bp.SlidePlayer` plays
    them.

    A slide is named by its id or its name, a slideshow as well.
    """

    def __init__(self, api: Api, project_id: str, title: Callable[[], str] = lambda: "") -> None:
        self._api, self._project, self._title = api, project_id, title

    def __call__(self, slideshow: str | None = None) -> pd.DataFrame:
        """One row a slide of all slideshows, or of one; see `frames.slides_frame`."""
        shows = self.shows()
        chosen = [*shows] if slideshow is None else [_one(shows, slideshow, "slideshow")]
        slides = side_by_side(self._api.slides.all, [show.id for show in chosen])
        return frames.slides_frame([*zip(chosen, slides, strict=True)])

    def shows(self) -> Records:
        """The slideshows, as the service has them."""
        return self._api.slideshows.all(self._project)

    def add(self, viewer: Viewer, name: str, *, slideshow: str = "Views", description: str | None = None) -> Record:
        """Keep what a viewer shows as a slide, with its picture and a description, behind the others of a slideshow. A
        slideshow of a new name is made. Needs the right to edit the project."""
        scene, picture = viewer.capture(), bytes(viewer.screenshot())
        shows = self.shows()
        known = [show for show in shows if slideshow in (show.id, show.get("name"))]
        if not known:
            known = [self._api.slideshows.create(self._project, name=slideshow)]
        show = _one(known, slideshow, "slideshow")
        slide = self._api.slides.create(show.id, name=name, description=description, scene=scene)
        self._api.slides.set_thumbnail(slide.id, picture, name="slide.png")
        return self._api.slides.get(slide.id)

    def replace(self, slide: str, viewer: Viewer) -> None:
        """Keep in a slide what a viewer shows now. What the slide's scene says of other things stays in it if it was
        shown there by `show`."""
        found = self._find(slide)
        scene, picture = viewer.capture(), bytes(viewer.screenshot())
        self._api.slides.update(found, scene=scene)
        self._api.slides.set_thumbnail(found, picture, name="slide.png")

    def show(self, viewer: Viewer, slide: str) -> None:
        """Show a slide in a viewer."""
        record = self._api.slides.get(self._find(slide))
        scene = record.get("scene")
        if not isinstance(scene, str | Mapping):
            raise ValueError(f"The slide {plain(record.get('name'), 60)!r} has no scene.")
        viewer.apply(scene)

    def delete(self, slide: str) -> None:
        """Delete a slide; those behind it move up."""
        self._api.slides.delete(self._project, self._find(slide))

    def picture(self, slide: str) -> bytes | None:
        """A slide's picture; None where it has none, or none that can be shown."""
        return self._picture(self._find(slide))

    def pictures(self, slideshow: str | None = None) -> Pictures:
        """All slides with their pictures, to be looked at: the last line of a cell."""
        frame = self(slideshow)
        ids = [str(key) for key in frame.index]
        with_one = [key for key in ids if frame.loc[key, "picture"]]
        found = dict(zip(with_one, side_by_side(self._picture, with_one), strict=True))
        return Pictures(frame, found)

    def _picture(self, slide: str) -> bytes | None:
        try:
            picture = self._api.slides.thumbnail(slide)
        except NotFound:
            return None
        return picture if kind(picture) and len(picture) <= _LARGEST else None

    def _find(self, slide: str) -> str:
        frame = self()
        records = [Record({"id": str(key), "name": name}) for key, name in frame["name"].items()]
        return _one(records, slide, "slide").id

    def __repr__(self) -> str:
        return f"<Slides of {plain(self._title(), 60)!r}: call it for the table>"


class Pictures(Mapping[str, bytes]):
    """Pictures of slides by id; it shows itself in a notebook. `frame` has the rows of all slides."""

    def __init__(self, frame: pd.DataFrame, pictures: Mapping[str, bytes | None]) -> None:
        self.frame = frame
        self._pictures = {key: picture for key, picture in pictures.items() if picture}

    def __getitem__(self, slide: str) -> bytes:
        return self._pictures[slide]

    def __iter__(self) -> Any:
        return iter(self._pictures)

    def __len__(self) -> int:
        return len(self._pictures)

    def __repr__(self) -> str:
        return f"<Pictures of {len(self)} of {len(self.frame)} slides>"

    def _repr_html_(self) -> str:
        cards = "".join(self._card(str(key), row) for key, row in self.frame.iterrows())
        style = "display:grid;grid-template-columns:repeat(auto-fill,minmax(180px,1fr));gap:10px;max-width:1000px"
        return f"<div style='{style}'>{cards}</div>"

    def _card(self, key: str, row: pd.Series[Any]) -> str:
        name = markup(row["name"], 80)
        frame = "width:100%;aspect-ratio:16/9;border-radius:6px;border:1px solid #8884;box-sizing:border-box"
        picture = f"<div style='{frame}'></div>"
        if key in self:
            source = data_url(self[key])
            picture = f"<img alt='{name}' src='{source}' style='{frame};object-fit:cover;margin:0'>"
        words = f"{row['position']} · {markup(row['slideshow'], 40)}"
        return (
            f"<figure style='margin:0'>{picture}<figcaption dir='auto' style='font-size:12px;line-height:1.35'>"
            f"{name}<div style='opacity:.65'>{words}</div></figcaption></figure>"
        )


def kind(picture: bytes) -> str | None:
    """What a picture is, by its first bytes; None for what a page does not show as one."""
    return next((name for start, name in _KINDS.items() if picture.startswith(start)), None)


def data_url(picture: bytes) -> str:
    """A picture as it stands in a page."""
    return f"data:image/{kind(picture)};base64,{b64encode(picture).decode()}"


def _one(records: Any, wanted: str, what: str) -> Record:
    """The one with this id or name. ValueError where there is none, or several have the name."""
    found = [one for one in records if one.id.lower() == wanted.lower()]
    found = found or [one for one in records if one.get("name") == wanted]
    if len(found) == 1:
        return found[0]  # type: ignore[no-any-return]
    if found:
        raise ValueError(f"{len(found)} have the name {plain(wanted, 60)!r}; say which {what} by its id.")
    there = ", ".join(repr(plain(one.get("name"), 60)) for one in [*records][:10]) or "none"
    raise ValueError(f"There is no {what} {plain(wanted, 60)!r}. There are: {there}.")
