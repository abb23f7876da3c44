"""`Viewer`: a building on the page, and one selection shared by everything that shows it.

The class has more public methods than is customary here: they are the words of a person in front of a building. Each
changes the state (state.py) in a line or two and shows it.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Container, Iterable, Mapping
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import pandas as pd
from IPython.display import display
from ipywidgets import Box
from numpy.typing import NDArray

from bimplus_nb.errors import BimplusError
from bimplus_nb.geometry import Batch, Mesh, batch
from bimplus_nb.text import plain
from bimplus_nb.viewer import cells, state
from bimplus_nb.viewer.camera import FIELD_OF_VIEW, Camera, ends
from bimplus_nb.viewer.capture import Plane, View
from bimplus_nb.viewer.coloring import Coloring, coloring
from bimplus_nb.viewer.decor import Decor
from bimplus_nb.viewer.ids import Ids, rows
from bimplus_nb.viewer.page import Page
from bimplus_nb.viewer.palette import calm, hexed, rgb
from bimplus_nb.viewer.picture import Picture
from bimplus_nb.viewer.scene import DIRECTION, ground_level
from bimplus_nb.viewer.still import still

Objects: TypeAlias = "pd.DataFrame | Callable[[], pd.DataFrame] | None"
Theme: TypeAlias = Literal["auto", "light", "dark"]

_AXES: Final = {"x": (1.0, 0.0, 0.0), "y": (0.0, 1.0, 0.0), "z": (0.0, 0.0, 1.0)}


class Viewer:
    """A building drawn in the notebook: put it on the last line of a cell.

    - ``mesh``: what to draw; mm, Y up, world
    - ``objects``: the table that `selected` takes its rows from, index = object id; or a function that returns it,
      called when it is first needed
    - ``rooms``: ids of objects that are rooms: hidden until they have a colour
    - ``title``: above the picture; ``height``: of the whole in CSS pixels
    - ``theme``: "light", "dark", or "auto" as the page around it

    Methods that take ids take one id, any collection of ids, an Index, a Series of ids, a boolean Series over ids, or a
    frame with ids as its index. Ids of objects without geometry are passed over; unknown ids raise ValueError. All
    work before, while and after the viewer is on a page. Lengths are in mm.

    On the page: drag to turn, Shift-drag or right-drag to shift, wheel to zoom to the cursor, click to select (Ctrl or
    Shift adds and removes); F fits, H hides and I isolates the selection, X is x-ray, Escape goes back.
    """

    def __init__(
        self,
        mesh: Mesh,
        *,
        objects: Objects = None,
        rooms: Ids = (),
        title: str = "",
        height: int = 560,
        theme: Theme = "auto",
    ) -> None:
        self.mesh = mesh
        self._objects = objects
        self._title = plain(title)
        self._height = height
        self._theme = theme
        self._callbacks: list[Callable[[tuple[str, ...]], object]] = []
        self._rows = {name: row for row, name in enumerate(mesh.ids)}
        self._coloring: Coloring | None = None
        self._cut: Plane | None = None
        self._camera: Camera | None = None
        self._page: Page | None = None
        self._seconds: dict[str, float] = {}
        room = np.zeros(len(mesh), bool)
        room[rows(rooms, self._rows, self._elsewhere)] = True
        start = time.perf_counter()
        self._batch = _batched(mesh, room)
        self._seconds["batch"] = time.perf_counter() - start
        self._looks = state.Looks(mesh.owner, calm(mesh.color), self._batch.closed_parts, room)
        self._decor = Decor(mesh, self._batch, room)
        # One array for good: the texture widget reads it again whenever a page asks for its state.
        self._image = state.texture(self._looks.texels())

    # --- choosing ---------------------------------------------------------------------------------------------------

    def select(self, ids: Ids = ()) -> None:
        """Select these objects and nothing else; without ids, nothing."""
        chosen = np.zeros(len(self.mesh), bool)
        chosen[self._rows_of(ids)] = True
        if (chosen != self._looks.selected).any():
            self._looks.selected[:] = chosen
            self._show()
            self._call_back()

    @property
    def selected_ids(self) -> tuple[str, ...]:
        """The ids of what is selected, in the order of the mesh."""
        return self._ids(self._looks.selected)

    @property
    def selected(self) -> pd.DataFrame:
        """The rows of the objects table for what is selected; without a table, a frame with an index and no columns."""
        ids = list(self.selected_ids)
        table = self._table()
        if table is None:
            return pd.DataFrame(index=pd.Index(ids, name="id", dtype="str"))
        return table.loc[table.index.intersection(ids)]

    @property
    def visible_ids(self) -> tuple[str, ...]:
        """The ids of what is drawn solid: neither hidden nor x-ray, and no room without a colour."""
        return self._ids(self._looks.shown)

    def on_select(self, callback: Callable[[tuple[str, ...]], object]) -> Callable[[], None]:
        """Call this with the selected ids whenever they change; returns a function that ends it.

        What the callback raises is shown below the viewer.
        """
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback) if callback in self._callbacks else None

    # --- showing ----------------------------------------------------------------------------------------------------

    def hide(self, ids: Ids) -> None:
        """Do not draw these."""
        self._looks.visible[self._rows_of(ids)] = False
        self._show()

    def show(self, ids: Ids | None = None) -> None:
        """Draw these (everything, if not told) again, and solid."""
        which = slice(None) if ids is None else self._rows_of(ids)
        self._looks.visible[which] = True
        self._looks.ghost[which] = False
        self._show()

    def isolate(self, ids: Ids) -> None:
        """Draw these and nothing else."""
        which = self._rows_of(ids)
        self._looks.visible[:] = False
        self._looks.visible[which] = True
        self._looks.ghost[which] = False
        self._show()

    def xray(self, ids: Ids | None = None) -> None:
        """Draw these transparent, so that one sees what is behind; if not told, everything but the selection."""
        if ids is None:
            self._looks.ghost[:] = ~(self._looks.selected | self._looks.room)
        else:
            self._looks.ghost[self._rows_of(ids)] = True
        self._show()

    def color_by(
        self,
        values: pd.Series[Any] | Mapping[str, Any],
        *,
        title: str | None = None,
        unit: str | None = None,
    ) -> None:
        """Colour objects by their values, with a legend; a click on a line of it selects what it stands for.

        `values`: a Series with object ids as its index, or a mapping from id to value. Numbers get shades of one
        colour, everything else a colour a value (at most eight). Title and unit are the Series' name and
        ``attrs["unit"]`` unless given. What `values` does not speak of becomes x-ray; objects without a value are grey.
        """
        self._coloring = coloring(values, self._rows, self._looks.room, title=title, unit=unit)
        self._looks.color(self._coloring.color, self._coloring.colored, self._coloring.spoken_of)
        self._show()

    def reset(self) -> None:
        """Everything visible, solid, in its own colours and whole; nothing selected; seen from where it began."""
        self._looks.visible[:] = True
        self._looks.ghost[:] = False
        self._looks.clear_color()
        self._coloring = None
        self._section(None)
        self.select()
        self._show()
        self._look(None)

    def fit(self, ids: Ids | None = None) -> None:
        """Move so that these (everything visible, if not told) fill the picture; the direction stays."""
        which = self._rows_of(ids) if ids is not None else np.flatnonzero(self._looks.shown)
        if len(which) and self._page:
            self._page.side.tell({"type": "fit", "points": self._ends(which)})

    def section(self, axis: str | tuple[float, float, float] | None = None, at: float = 0.0) -> None:
        """Cut away what lies beyond `at` (mm, world) along an axis; without an axis, nothing.

        `axis` is "x", "y" (upwards) or "z", with "-" before it to keep the other side, or any direction.
        """
        if axis is None:
            self._section(None)
            return
        name = axis.removeprefix("-") if isinstance(axis, str) else ""
        if isinstance(axis, str) and name not in _AXES:
            raise ValueError(f'axis must be "x", "y", "z", one of them after "-", or three numbers; not {axis!r}')
        normal = np.array(_AXES.get(name, axis), float)
        if normal.shape != (3,) or not np.isfinite([*normal, at]).all() or not normal.any():
            raise ValueError(f"a section needs a direction and a place, not {axis!r} and {at!r}")
        sign = -1.0 if axis == f"-{name}" else 1.0
        x, y, z = (sign * normal / np.linalg.norm(normal)).tolist()
        self._section((x, y, z, sign * at))

    # --- keeping ----------------------------------------------------------------------------------------------------

    def screenshot(self) -> Picture:
        """The picture as PNG bytes; written ``await viewer.screenshot()``, the canvas as it is at that moment.

        A page sends its picture whenever the view comes to rest, and that is what one gets, 1,280 pixels wide at most;
        awaited, the page is asked, and answers in full resolution. While a cell computes, and while further cells wait
        to be run, a page can say nothing: where there is no answer within eight seconds, and where there is no page at
        all, the picture is drawn by Python, 960 pixels wide, with the same camera, colours and light.
        """
        return Picture.of((self._page and self._page.picture) or self._still(), self._fresh)

    async def _fresh(self) -> Picture:
        png = await self._page.fresh_picture() if self._page else b""
        return Picture.of(png or self._still(), self._fresh)

    def _still(self) -> bytes:
        if not len(self.mesh):
            raise BimplusError("there is nothing to take a picture of: no object has geometry")
        width, height = self.size if self._page and all(self.size) else (960, 480)
        theme = self._page.side.shown_theme if self._page else self._theme
        texels = self._image.view(np.uint32).ravel()[: len(self.mesh.owner)]
        subject = self._decor.subject(texels, self._cut)
        return still(subject, self.camera, (960, round(960 * height / width)), "dark" if theme == "dark" else "light")

    def capture(self) -> dict[str, Any]:
        """What is seen, as a scene of the service (version 2): camera, looks, selection, colours, section."""
        looks = self._looks
        colors: dict[str, tuple[str, ...]] = {}
        for color in np.unique(looks.colors[looks.colored], axis=0):
            colors[hexed(color)] = self._ids(looks.colored & (looks.colors == color).all(axis=1))
        view = View(
            camera=self.camera,
            visible=None if looks.visible.all() else self._ids(looks.visible),
            transparent=self._ids(looks.ghost),
            selected=self.selected_ids,
            colors=colors,
            cut=self._cut,
        )
        return view.to_scene()

    def apply(self, scene: Mapping[str, Any] | str) -> None:
        """Show what a scene of the service describes, of any version, as an object or as text. Objects that are not
        here any more are passed over."""
        boxes = self.mesh.bounds
        extent = float(np.max(boxes[:, 1].max(axis=0) - boxes[:, 0].min(axis=0))) if len(boxes) else 1.0
        view = View.from_scene(scene, extent=extent)
        looks = self._looks
        looks.visible[:] = view.visible is None
        looks.visible[self._here(view.visible or ())] = True
        looks.visible[self._here(view.hidden)] = False
        looks.ghost[:] = False
        looks.ghost[self._here(view.transparent)] = True
        color, colored = np.zeros((len(self.mesh), 3), np.uint8), np.zeros(len(self.mesh), bool)
        for name, ids in view.colors.items():
            color[self._here(ids)] = np.round(np.array(rgb(name)) * 255)
            colored[self._here(ids)] = True
        looks.color(color, colored, np.ones(len(self.mesh), bool))
        self._coloring = None
        self._section(view.cut)
        self.select([name for name in view.selected if name in self._rows])
        self._show()
        if view.camera:
            self._look(view.camera)

    # --- living -----------------------------------------------------------------------------------------------------

    @property
    def camera(self) -> Camera:
        """Where one looks from, as the page last said; before that, where it would begin."""
        if self._page and self._page.side.camera:
            said = self._page.side.camera
            place = [np.add(said[name], self._batch.origin).tolist() for name in ("position", "target")]
            return Camera(tuple(place[0]), tuple(place[1]), said["fov"])
        if self._camera:
            return self._camera
        return Camera.fitted(np.add(self._home(), self._batch.origin), DIRECTION, 2.0)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the canvas in CSS pixels, as the page last said; (0, 0) before that."""
        width, height = (self._page.side.size if self._page else None) or (0, 0)
        return width, height

    @property
    def stats(self) -> dict[str, Any]:
        """What this view costs: objects, triangles, messages and bytes sent to the page, seconds by stage.

        The stages: "batch" (making buffers), "widgets" (handing them over), "picture" (from then to the first frame on
        the page, as the kernel hears of it; absent until it does).
        """
        messages, size = self._page.traffic() if self._page else (0, 0)
        seconds = dict(self._seconds)
        if self._page:
            seconds |= self._page.seconds
        return {
            "objects": len(self.mesh),
            "triangles": len(self.mesh.triangles),
            "messages": messages,
            "bytes": size,
            "seconds": seconds,
        }

    @property
    def widget(self) -> Box:
        """The widget, to be put among others. A viewer on the last line of a cell needs this not."""
        page = self._on_page()
        page.complete()
        self._decor.bring(page)
        return page.box

    def close(self) -> None:
        """Take the viewer off the page and free what it holds there. Displayed again, it is drawn again."""
        if self._page:
            self._camera = self.camera
            self._page.close()
            self._page = None

    def __repr__(self) -> str:
        return f"Viewer: {len(self.mesh):,} objects, {len(self.mesh.triangles):,} triangles"

    def _ipython_display_(self) -> None:
        cells.takes_the_place(self)
        page = self._on_page()
        view = {"version_major": 2, "version_minor": 0, "model_id": page.box.model_id}
        display({"text/plain": repr(self), "application/vnd.jupyter.widget-view+json": view}, raw=True)  # type: ignore[no-untyped-call]
        # Only now the rest: what is displayed first is drawn while this is on its way.
        page.complete()
        self._decor.bring(page)

    def _on_page(self) -> Page:
        """The widgets, made now if there are none."""
        if self._page is None:
            self._page = Page(
                self._batch,
                self._image,
                self._heard,
                height=self._height,
                ends=self._home(),
                theme=self._theme,
                words=self._words(),
                legend=self._coloring.legend() if self._coloring else {},
                cut=self._cut,
                camera=self._relative(self._camera) if self._camera else {},
            )
            self._page.thin_out(self._thin)
        return self._page

    def _heard(self, message: dict[str, Any]) -> None:
        """What a person did on the page."""
        try:
            if message["type"] == "pick":
                self._picked(message.get("part"), bool(message.get("toggle")))
            else:
                self._act(message.get("name"), message.get("row"))
        except Exception as problem:
            self._say(problem)

    def _picked(self, part: object, toggle: bool) -> None:
        chosen = np.zeros(len(self.mesh), bool)
        if toggle:
            chosen |= self._looks.selected
        if isinstance(part, int) and 0 <= part < len(self.mesh.owner):
            chosen[self.mesh.owner[part]] ^= True
        elif toggle:
            return
        self.select(self._ids(chosen))

    def _act(self, name: object, row: object) -> None:
        if name == "legend" and self._coloring and isinstance(row, int) and 0 <= row < len(self._coloring.classes):
            self.select([self.mesh.ids[member] for member in self._coloring.classes[row].members])
        elif name == "hide":
            self.hide(self.selected_ids)
            self.select()
        elif name == "isolate" and self._looks.selected.any():
            self.isolate(self.selected_ids)
        elif name == "xray":
            self.show(self._ids(self._looks.visible)) if self._looks.ghost.any() else self.xray()
        elif name == "escape" and self._looks.selected.any():
            self.select()
        elif name in ("escape", "reset"):
            self.reset()

    def _show(self) -> None:
        """Bring the page up to date: the texels that changed, the words, the legend."""
        texels = self._image.view(np.uint32).ravel()[: len(self.mesh.owner)]
        patch = state.patch(texels, self._looks.texels())
        if patch is not None:
            patch.apply(texels)
        if self._page:
            if patch is not None:
                self._page.patch(patch)
            self._page.thin_out(self._thin)
            self._page.side.words = self._words()
            self._page.side.legend = self._coloring.legend() if self._coloring else {}
            self._page.side.notice = ""

    @property
    def _thin(self) -> bool:
        return bool(self._looks.visible.mean() < 0.9) if len(self.mesh) else False

    def _words(self) -> dict[str, str]:
        chosen = int(self._looks.selected.sum())
        return {
            "title": self._title,
            "count": f"{len(self.mesh):,} objects",
            "caption": f"{len(self.mesh.triangles):,} triangles",
            "chosen": f"{chosen:,} selected" if chosen else "",
        }

    def _call_back(self) -> None:
        for callback in tuple(self._callbacks):
            try:
                callback(self.selected_ids)
            except Exception as problem:
                self._say(problem)

    def _say(self, problem: Exception) -> None:
        """Words below the viewer."""
        if self._page:
            self._page.side.notice = plain(f"{type(problem).__name__}: {problem}")

    def _section(self, cut: Plane | None) -> None:
        self._cut = cut
        if self._page:
            self._page.cut(cut)

    def _look(self, camera: Camera | None) -> None:
        """Fly to a camera, or home."""
        self._camera = camera
        if self._page:
            self._page.side.tell({"type": "look", **(self._relative(camera) if camera else {"fov": FIELD_OF_VIEW})})

    def _relative(self, camera: Camera) -> dict[str, Any]:
        """A camera in the frame of the scene."""
        position, target = (np.subtract(p, self._batch.origin).tolist() for p in (camera.position, camera.target))
        return {"position": position, "target": target, "fov": camera.fov}

    def _home(self) -> list[list[float]]:
        """Where what one sees at first ends, in the frame of the scene: no rooms, nothing below the ground."""
        ground = ground_level(self._batch)
        seen = self._ends(slice(None) if self._looks.room.all() else ~self._looks.room)
        return [[x, max(y, ground), z] for x, y, z in seen]

    def _ends(self, which: Any) -> list[list[float]]:
        """Where these objects end, in the frame of the scene."""
        if not len(self.mesh):
            return [[-1000.0] * 3, [1000.0] * 3]
        return ends(self.mesh.bounds[which] - self._batch.origin).tolist()  # type: ignore[no-any-return]

    def _ids(self, which: NDArray[np.bool_]) -> tuple[str, ...]:
        return tuple(self.mesh.ids[row] for row in np.flatnonzero(which))

    def _rows_of(self, ids: Ids) -> NDArray[np.int64]:
        return rows(ids, self._rows, self._elsewhere)

    def _here(self, ids: Iterable[str]) -> list[int]:
        """The rows of those that are here."""
        return [self._rows[name] for name in ids if name in self._rows]

    def _table(self) -> pd.DataFrame | None:
        if callable(self._objects):
            self._objects = self._objects()
        return self._objects

    def _elsewhere(self) -> Container[str]:
        """Ids that exist, with or without geometry."""
        table = self._table()
        return () if table is None else table.index


def _batched(mesh: Mesh, room: NDArray[np.bool_]) -> Batch:
    """The buffers of a mesh. Rooms are blocks when they are shown, however clear their own colour is."""
    color = mesh.color.copy()
    color[room[mesh.owner], 3] = 255
    return batch(dataclasses.replace(mesh, color=color))
