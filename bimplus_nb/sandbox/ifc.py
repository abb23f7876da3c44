"""An IFC file as a model: its products with geometry, its spatial structure, everything it says of them.

Needs the extra `ifc`. ifcopenshell computes the geometry in metres with Z up; here it becomes mm with Y up, as the
service has it. The same file gives the same ids in every import.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bimplus_nb.errors import SandboxError
from bimplus_nb.sandbox.catalogue import ATTRIBUTE, GLOBAL_ID, element_type, stable_id
from bimplus_nb.sandbox.content import Attribute, Element, Model, Node, Solid
from bimplus_nb.sandbox.ifc_values import Fact, Facts, Units, attributes, quantities

LIMIT = 1 << 30
"""Largest file that is read, bytes; ifcopenshell needs some ten times as much memory."""

Progress = Callable[[float], None]
"""Called with the share that is done, 0 to 1."""

_GREY = 0xFFC8C8C8
_SPACE = 0x40A9C3D6


class NotInstalled(SandboxError):
    """The extra `ifc` is not there."""


def read(
    path: str | Path, *, name: str | None = None, key: str | None = None, progress: Progress | None = None
) -> Model:
    """The model in an IFC file; `name` defaults to the IFC project's, else the file's.

    Ids follow from the file's content, or from `key`: then they stay the same when the file changes.

    Raises SandboxError for a file that is missing, empty, cut off, not IFC, too large or without any geometry, and
    where ifcopenshell is not installed. Nothing is kept of such a file.
    """
    path = Path(path)
    digest = _inspected(path)
    kernel = _kernel()
    try:
        file = kernel.open(str(path))
        reader = _Reader(kernel, file, stable_id("ifc", key or digest))
        elements = reader.elements(_shapes(kernel, file, path, progress))
    except SandboxError:
        raise
    except Exception as error:  # a file that breaks the rules can break the parser, or any step after it
        raise SandboxError(f"{path.name} cannot be read as IFC: {error}") from error
    project = next(iter(file.by_type("IfcProject")), None)
    title = name or (project is not None and (project.LongName or project.Name)) or path.stem
    return Model(
        reader.model_id,
        str(title),
        f"Imported from {path.name}, {file.schema}",
        tuple(reader.nodes),
        elements,
        attributes=reader.attributes,
    )


def _inspected(path: Path) -> str:
    """The file's checksum, after looking at what can be told without parsing it."""
    if not path.is_file():
        raise SandboxError(f"There is no file {path}.")
    size = path.stat().st_size
    if size == 0:
        raise SandboxError(f"{path.name} is empty.")
    if size > LIMIT:
        raise SandboxError(f"{path.name} has {size / 2**20:.0f} MB; up to {LIMIT / 2**20:.0f} MB can be imported.")
    content = path.read_bytes()
    if b"ISO-10303-21" not in content[:1024]:
        raise SandboxError(f"{path.name} is not an IFC file: it does not begin with ISO-10303-21.")
    # Parsers read what there is of a truncated file and say nothing.
    if b"END-ISO-10303-21" not in content[-1024:]:
        raise SandboxError(f"{path.name} is cut off: its last line, END-ISO-10303-21, is missing.")
    return sha256(content).hexdigest()


def _kernel() -> ModuleType:
    try:
        import ifcopenshell
        import ifcopenshell.geom
        import ifcopenshell.util.element
        import ifcopenshell.util.placement
    except ImportError as error:
        raise NotInstalled('Importing IFC needs ifcopenshell: pip install "bimplus-nb[ifc]"') from error
    module: ModuleType = ifcopenshell
    return module


@dataclass(frozen=True, slots=True)
class _Shape:
    """One product's triangles. vertices: (v, 3) m, Z up, world; material: (t,) into `colors`, -1 for none."""

    step: int
    vertices: NDArray[np.float64]
    triangles: NDArray[np.int32]
    material: NDArray[np.int32]
    colors: tuple[int, ...]


def _shapes(kernel: ModuleType, file: Any, path: Path, progress: Progress | None) -> Iterator[_Shape]:
    """The triangles of every product but openings. Raises SandboxError where there are none."""
    settings = kernel.geom.settings()
    settings.set("use-world-coords", True)
    settings.set("weld-vertices", True)
    settings.set("reorient-shells", True)  # many files wind their shells at random
    openings = file.by_type("IfcFeatureElementSubtraction")
    iterator = kernel.geom.iterator(settings, file, os.cpu_count() or 1, exclude=openings)
    found = False
    more = iterator.initialize()
    while more:
        shape = iterator.get()
        mesh = shape.geometry
        triangles = np.frombuffer(mesh.faces_buffer, np.int32).reshape(-1, 3)
        if len(triangles):
            found = True
            yield _Shape(
                shape.id,
                np.frombuffer(mesh.verts_buffer, np.float64).reshape(-1, 3),
                triangles,
                np.frombuffer(mesh.material_ids_buffer, np.int32),
                tuple(_argb(style) for style in mesh.materials),
            )
        if progress:
            progress(iterator.progress() / 100)
        more = iterator.next()
    if not found:
        raise SandboxError(f"{path.name} holds no product with geometry.")
    if progress:
        progress(1.0)


def _argb(style: Any) -> int:
    colour = style.diffuse
    transparency = style.transparency if style.transparency == style.transparency else 0.0  # NaN: not said
    channels = (1 - transparency, colour.r(), colour.g(), colour.b())
    alpha, red, green, blue = (round(255 * min(max(channel, 0.0), 1.0)) for channel in channels)
    return alpha << 24 | red << 16 | green << 8 | blue


class _Reader:
    """Turns products into elements, knowing the file's structure and units."""

    def __init__(self, kernel: ModuleType, file: Any, model_id: str) -> None:
        self.file = file
        self.model_id = model_id
        self.attributes: tuple[Attribute, ...] = ()
        self._util = kernel.util
        self._facts = Facts(Units(file))
        self._seen: Counter[str] = Counter()
        self.nodes: list[Node] = []
        self._node_of: dict[int, str] = {}
        for project in file.by_type("IfcProject"):
            self._structure(project, None)
        self._number_storeys()

    def _structure(self, above: Any, parent: str | None) -> None:
        """The nodes below a spatial element, down to the storeys; rooms are elements, not nodes."""
        for relation in above.IsDecomposedBy:
            for part in relation.RelatedObjects:
                if not part.is_a("IfcSpatialStructureElement") or part.is_a("IfcSpace") or part.id() in self._node_of:
                    continue
                id_ = stable_id(self.model_id, "node", part.GlobalId, str(len(self.nodes)))
                self._node_of[part.id()] = id_
                storey = part.is_a("IfcBuildingStorey")
                kind = "Storey" if storey else "Site" if part.is_a("IfcSite") else "Building"
                level = self._util.placement.get_storey_elevation(part) * self._facts.units.metre if storey else 0.0
                title = part.Name or part.LongName or kind
                self.nodes.append(Node(id_, parent, title, kind, part.is_a(), 0, round(level * 1000, 3), part.GlobalId))
                self._structure(part, id_)

    def _number_storeys(self) -> None:
        """Orders and counts storeys upwards; the one nearest to level 0 is the ground floor, number 0."""
        levels = sorted({node.level for node in self.nodes if node.type == "Storey"})
        if levels:
            ground = levels.index(min(levels, key=abs))
            numbers = {level: number - ground for number, level in enumerate(levels)}
            self.nodes = [
                Node(n.id, n.parent, n.name, n.type, n.ifc_type, numbers[n.level], n.level, n.guid)
                if n.type == "Storey"
                else n
                for n in sorted(self.nodes, key=lambda n: (n.type == "Storey", n.level))
            ]

    def elements(self, shapes: Iterator[_Shape]) -> tuple[Element, ...]:
        """Every product with a sound body, in the file's order; fills `attributes`."""
        read = []
        for shape in shapes:
            solids = tuple(_solids(shape, self.file.by_id(shape.step).is_a("IfcSpace")))
            if solids:
                read.append((shape, solids, self._facts.of(self.file.by_id(shape.step))))
        read.sort(key=lambda item: item[0].step)
        self.attributes, free = attributes([facts for _, _, facts in read])
        return tuple(self._element(*item, values) for item, values in zip(read, free, strict=True))

    def _element(self, shape: _Shape, solids: tuple[Solid, ...], facts: list[Fact], free: dict[str, Any]) -> Element:
        product = self.file.by_id(shape.step)
        guid = product.GlobalId
        # Odd files use one GlobalId twice; ids must differ all the same.
        self._seen[guid] += 1
        again = () if self._seen[guid] == 1 else (str(self._seen[guid]),)
        room = product.is_a("IfcSpace")
        name = " ".join(filter(None, (product.Name, product.LongName))) if room else product.Name
        values: dict[str, Any] = {
            "description": (product.Description or "").strip() or None,
            "material": "; ".join(self._materials(product)) or None,
            "room_number": product.Name if room else None,
            **quantities(shape.vertices * 1000, shape.triangles, facts),
        }
        said = {ATTRIBUTE[word].id: value for word, value in values.items() if value is not None}
        return Element(
            stable_id(self.model_id, guid, *again),
            name or product.is_a().removeprefix("Ifc"),
            element_type(product.is_a()).type,
            self._node(product),
            solids,
            {GLOBAL_ID: guid, **said, **free},
            guid,
        )

    def _materials(self, product: Any) -> list[str]:
        found = self._util.element.get_materials(product)
        return list(dict.fromkeys(material.Name for material in found if getattr(material, "Name", None)))

    def _node(self, product: Any) -> str:
        """The nearest node above a product, however deep it is nested; the empty id where there is none."""
        place = product
        for _ in range(64):
            place = self._util.element.get_container(place) or self._util.element.get_aggregate(place)
            if place is None:
                break
            if place.id() in self._node_of:
                return self._node_of[place.id()]
        return self._node_of.get(product.id(), "")


def _solids(shape: _Shape, room: bool) -> Iterator[Solid]:
    """One body a colour; degenerate triangles are left out, and a product whose coordinates are not finite."""
    x, y, z = shape.vertices.T * 1000
    if not np.isfinite(shape.vertices).all():
        return
    world = np.stack([x, z, -y], axis=1)
    a, b, c = shape.triangles.T
    sound = (a != b) & (b != c) & (c != a)
    for material in np.unique(shape.material[sound]).tolist():
        color = shape.colors[material] if 0 <= material < len(shape.colors) else _GREY
        # A space without a style of its own would hide everything inside it.
        if room and color >> 24 == 255:
            color = _SPACE
        used, triangles = np.unique(shape.triangles[sound & (shape.material == material)], return_inverse=True)
        faces = triangles.reshape(-1, 3).astype(np.int32)
        yield Solid(world[used], faces, np.zeros((0, 4), np.int32), color)
