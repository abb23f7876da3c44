"""`Project`: one project, as a notebook uses it.

Longer than most files because every question of a notebook to a project is one method here, with all that one has to
know to ask it; what answers is in the files beside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from bimplus_nb import frames
from bimplus_nb.api import Api
from bimplus_nb.exchange.ids import Audit, Specifications
from bimplus_nb.geometry.mesh import Mesh
from bimplus_nb.progress import Report
from bimplus_nb.project import changes, journal, quantities, viewing
from bimplus_nb.project.catalogue import Catalogue
from bimplus_nb.project.changes import Changes, Proposed
from bimplus_nb.project.comparing import When, compare
from bimplus_nb.project.diff import difference
from bimplus_nb.project.issues import Issues
from bimplus_nb.project.parts import INTERNAL, Names, Part, chosen
from bimplus_nb.project.slides import Slides
from bimplus_nb.project.source import Source
from bimplus_nb.project.things import Objects
from bimplus_nb.project.writing import Writing
from bimplus_nb.records import Record
from bimplus_nb.text import markup, plain

if TYPE_CHECKING:
    from bimplus_nb.viewer import Viewer
    from bimplus_nb.viewer.ids import Ids


class Project:
    """One project of a team.

    What was fetched is kept, for each model, layer and revision: the geometry, shared by `mesh` and `view`, and what
    the objects say of themselves, shared by `objects` and `properties`; who asks for the latter first has both.
    `reload` forgets it. Made by `Client.project`.

    Everywhere `models`, `layers` and `storeys` take names or ids, one or several; `revision` is a revision's number, by
    default the newest; `progress` is whether to show a bar once something takes longer (never where the environment's
    BIMPLUS_PROGRESS says ``off``), or a function called with steps done and steps known. `folder` is where journals
    lie, by default in a folder of this computer's user.
    """

    def __init__(self, api: Api, record: Record) -> None:
        self.api = api
        self._source = Source(api, record)
        self._catalogue = Catalogue(api, record.id)
        self._issues = Issues(api, self._source)

    @property
    def record(self) -> Record:
        """What the service says of it."""
        return self._source.record

    @property
    def id(self) -> str:
        """Its id."""
        return self.record.id

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.record.get("name") or "")

    @property
    def issues(self) -> Issues:
        """What is to be done: ``project.issues()`` is the table, `Issues` what one does with them."""
        return self._issues

    def reload(self) -> None:
        """Ask the service anew from now on."""
        self._source.reload()
        self._catalogue.reload()

    def forget(self) -> None:
        """Keep nothing of what was fetched, for the memory; it is fetched again when it is asked for."""
        self._source.forget()
        self._catalogue.reload()

    def models(self) -> pd.DataFrame:
        """One row a model, index id: name, description, status, layers, revisions, revision, created, changed."""
        return frames.models_frame(self._source.models(), self._source.disciplines())

    def layers(self) -> pd.DataFrame:
        """One row a model and layer: layer, model, revision, layer_id, model_id."""
        return frames.layers_frame([entry for entry in self._source.disciplines() if entry.id.lower() not in INTERNAL])

    def topology(self, *, below: str | None = None, models: Names = None, revision: int | None = None) -> pd.DataFrame:
        """One row an entry of the models' trees, index id: name, type, ifc_type, model, storey, parent, depth, path,
        is_object. `below`: the id of an entry, such as an object with parts; only it and what is below it."""
        entries = self._source.nodes(self._source.parts(models, None), revision)
        return frames.topology_frame(entries if below is None else frames.at_and_below(entries, below))

    def objects(
        self,
        *,
        layers: Names = None,
        models: Names = None,
        storeys: Names = None,
        types: Names = None,
        revision: int | None = None,
        columns: frames.Columns = (),
        progress: Report = True,
    ) -> pd.DataFrame:
        """One row an object, index id: name, type, layer, model, storey, parent, guid, quantities in m, m², m³ and the
        attributes people ask for in nearly every project; see `frames.objects_frame`.

        `columns` adds attributes by name ("U-value" or u_value), by attribute id or as "group.name"; "all" adds every
        other one. Where a name is several attributes, ValueError says which. ``attrs["units"]`` and
        ``attrs["attributes"]`` say the unit and attribute id of the columns, `convert` changes their units.
        """
        parts = self._source.parts(models, layers, revision)
        frame = self._objects(
            parts, storeys=storeys, types=types, revision=revision, columns=columns, progress=progress
        )
        return frames.remember(frame, self.id)

    def _objects(
        self,
        parts: Sequence[Part],
        *,
        storeys: Names,
        revision: int | None,
        types: Names = None,
        columns: frames.Columns = (),
        progress: Report = True,
    ) -> pd.DataFrame:
        said = [item for answer in self._source.geometry(parts, revision, progress) for item in answer.objects]
        rows = self._source.rows(parts, revision, storeys)
        wanted = chosen(types, {node.type for node in rows}, "type")
        rows = [node for node in rows if wanted is None or node.type in wanted]
        ids = {node.id.lower() for node in rows}
        said = [item for item in said if item["id"].lower() in ids]
        frame = frames.objects_frame(
            rows,
            said,
            layers={part.layer_id: part.layer for part in parts},
            definitions=self._catalogue.definitions(said),
            units=self._catalogue.units(),
        )
        return (
            frames.with_columns(frame, self._properties(said, revision, progress), columns) if len(columns) else frame
        )

    def properties(
        self,
        ids: Names = None,
        *,
        layers: Names = None,
        models: Names = None,
        revision: int | None = None,
        progress: Report = True,
    ) -> frames.Properties:
        """One row a value of an object: object_id, group, name, attribute_id, value, unit, type, source; `.wide()` is
        one row an object, `.problems` what could not be read. See `frames.properties_frame`.

        For `ids` each object is asked for, side by side. Without, the geometry answers' own attributes are taken, and
        objects without geometry asked for each. Those answers hold one value a name, so attributes of one name in two
        property sets are asked for by attribute, for all objects at once; of an older revision the service does not
        answer that, and they keep the plain name.
        """
        if ids is not None:
            asked = list(dict.fromkeys([ids] if isinstance(ids, str) else map(str, ids)))
            described = self._source.described(asked, revision, progress)
            return frames.remember(frames.properties_frame(described, units=self._catalogue.units()), self.id)
        said = self._said(self._source.parts(models, layers, revision), revision, progress)
        return frames.remember(self._properties(said, revision, progress), self.id)

    def diff(self, frame: pd.DataFrame, *, progress: Report = True) -> Changes:
        """What an edited table would change, to be looked at and then sent: ``changes.apply()``. Nothing is sent here.

        `frame`: what `objects` or `properties` gave, or a part of it, with other values in it; the same read back from
        Excel by `bp.read_excel`; or one made by hand, with object ids as its index and a column an attribute (its name,
        or its id). Where a table of ours says nothing any more, the value is taken away.

        Each edit is held against what the service says now. Refused, each with its problem: what was changed there
        since the table was fetched, what the attribute does not allow (not changeable, not its type, out of its limits,
        not in its enumeration, not its unit), and what is no attribute or no object of the project.
        Raises ValueError for a table of another project.

        >>> doors = project.objects(types="Door")
        >>> doors.loc[doors["name"] == "Fire door 3.W", "fire_rating"] = "F30"
        >>> changes = project.diff(doors)
        >>> changes.frame()[["name", "attribute", "new", "problem"]]
                    name    attribute  new problem
        0  Fire door 3.W  Fire rating  F30
        """
        return difference(self._writing, frame, progress)

    def journals(self, *, folder: str | PathLike[str] | None = None) -> pd.DataFrame:
        """What was written to the project from this computer, the newest first. One row a journal, index its name:
        what ("objects" or "issues" were changed), created, changes, how many are sent, taken_back, refused, not_needed,
        not_certain, not_sent; path, problem.
        """
        return changes.journals_frame(self._writing.journals(journal.folder(self.id, folder)))

    def resume(self, name: str | PathLike[str], *, progress: Report = True) -> pd.DataFrame:
        """Send what a journal says is not sent, after a kernel died; `name`: its name or path. See `Changes.apply`."""
        return self._kept(name).apply(progress=progress)

    def undo(self, name: str | PathLike[str], *, progress: Report = True) -> pd.DataFrame:
        """Take back what a journal says is sent; `name`: its name or path. See `Changes.undo`."""
        return self._kept(name).undo(progress=progress)

    def _kept(self, name: str | PathLike[str]) -> Proposed:
        path = Path(name)
        there = self._writing.opened(path if path.parent.name else journal.folder(self.id) / path)
        return self.issues.kept(there) if there.what == "issues" else Changes(self._writing, there.plan, journal=there)

    @property
    def _writing(self) -> Writing:
        return Writing(self.api, self.id, Objects(self.api, self._source.known), self.forget)

    def _said(self, parts: Sequence[Part], revision: int | None, progress: Report) -> list[Mapping[str, Any]]:
        """What objects say of themselves: all those of the geometry answers there, and one by one those without."""
        answers = self._source.geometry(parts, revision, progress)
        said: list[Mapping[str, Any]] = [item for answer in answers for item in answer.objects]
        known = {item["id"].lower() for item in said}
        alone = [node.id for node in self._source.rows(parts, revision, None) if node.id.lower() not in known]
        return [*said, *self._source.described(alone, revision, progress)]

    def _properties(
        self, objects: Sequence[Mapping[str, Any]], revision: int | None, progress: Report
    ) -> frames.Properties:
        definitions = self._catalogue.definitions(objects, lambda ids: self._source.described(ids, revision, False))
        several = frames.unclear(objects, definitions) if revision is None else {}
        exact = self._catalogue.exact((each for found in several.values() for each in found), progress)
        return frames.properties_frame(objects, definitions, units=self._catalogue.units(), exact=exact)

    def attributes(self) -> pd.DataFrame:
        """One row an attribute that objects may have, the service's and the team's own, index id: name, group, type,
        unit, minimum, maximum, default, decimals, control, choices, changeable, used, description.

        `used` says whether an object of this project has it. `choices` are the words of an enumeration.
        """
        return frames.attributes_frame(self._catalogue.everything(), used=self._catalogue.attributes())

    def completeness(
        self,
        *,
        layers: Names = None,
        models: Names = None,
        revision: int | None = None,
        template: str | None = None,
        progress: Report = True,
    ) -> pd.DataFrame:
        """One row an element type and attribute that its attribute templates want: type, group, name, attribute_id,
        template, objects, present, lacking, percent, missing.

        `missing` has the ids of the objects without a value: ``viewer.select(c.loc[0, "missing"])``, or of all rows
        ``viewer.select(c["missing"].explode())``. `template` is a project attribute template by name or id; which of
        them a project goes by the service does not tell, so it is the team's default one.
        """
        templates, groups = self._catalogue.templates(template), self._catalogue.groups()
        objects = self._said(self._source.parts(models, layers, revision), revision, progress)
        types = {str(item["id"]): str(item.get("type")) for item in objects}
        return frames.completeness_frame(types, self._properties(objects, revision, progress), templates, groups)

    def audit(
        self,
        ids: Specifications,
        *,
        layers: Names = None,
        models: Names = None,
        revision: int | None = None,
        progress: Report = True,
    ) -> Audit:
        """What the objects say to the specifications of an IDS file: ``project.audit(bp.read_ids("rules.ids"))``.

        One row a specification: usage, status, applicable, failing, why; see `Specifications.audit`. What the service
        does not tell is "not checked". ``.failing(name)`` is what breaks one, for `bp.check`; ``.verdict(name)`` is red
        and green for ``viewer.color_by``.
        """
        choice: dict[str, Any] = {"layers": layers, "models": models, "revision": revision, "progress": progress}
        return ids.audit(self.objects(**choice), self.properties(**choice))

    def units(self) -> pd.DataFrame:
        """One row a unit of the service or the team, index id: symbol, name, kind, factor, base, description.

        A number times `factor` is in `base` units. `convert` takes this frame where another has lost what units are.
        """
        return frames.units_frame(self._catalogue.unit_records())

    def quantities(
        self,
        by: str | Sequence[str] = ("storey", "type"),
        *,
        layers: Names = None,
        models: Names = None,
        storeys: Names = None,
        types: Names = None,
        revision: int | None = None,
        of: Ids | Viewer | None = None,
        progress: Report = True,
    ) -> pd.DataFrame:
        """What there is, added up: one row a group of objects, its index what they have in common.

        `by`: columns of `objects`, names of attributes, "id", or names of `structures`, where an object that hangs on
        several nodes counts under each. What has no value is in the group "No …". Without any, one row of everything.
        `of`: only these objects; of a viewer, what it shows solid.

        - objects: how many; open_meshes: those of which the body has a hole, so that it has no volume
        - length_m, area_m2, mass_kg: sums of what the service declares; length_known, area_known, mass_known: how many
          objects declare it. What nobody declares is missing, not 0.
        - volume_m3, volume_known: of declared volumes; where an object declares none, of what its closed body encloses;
          volume_source: "declared", "mesh" or "mixed"
        - volume_mesh_m3: of all closed bodies, exactly; volume_compared: how many objects have both;
          volume_deviation_m3: by how much these enclose more than they declare; volume_deviation_most: of one of them
          at most, as a share of the larger of the two
        - surface_m2: of all bodies, all around

        Rows and columns know their objects: ``viewer.select(q.loc["Ground floor", "Wall"])``, or
        ``viewer.color_by(q["volume_m3"])``. Everything counts, rooms as well: `types` chooses.
        """
        parts = self._source.parts(models, layers, revision)
        choice: dict[str, Any] = {"storeys": storeys, "types": types, "revision": revision, "progress": progress}
        objects = self._objects(parts, **choice)
        names, others = quantities.columns(by, objects)
        nodes = frames.hanging(self._source.structures()) if others else {}
        if attributes := [name for name in others if name not in nodes]:
            objects = self._objects(parts, **choice, columns=attributes)
            names, _ = quantities.columns(names, objects)
        if of is not None:
            objects = quantities.only(objects, of, (node.id for node in self._source.nodes(parts, revision)))
        answers = self._source.geometry(parts, revision, progress)
        bodies = quantities.bodies(Mesh.concatenate(answer.mesh for answer in answers))
        return frames.quantities_frame(objects, bodies, names, nodes)

    def compare(
        self, a: When, b: When = None, *, layers: Names = None, models: Names = None, progress: Report = True
    ) -> frames.Comparison:
        """What became of the objects from `a` to `b`: one row an object that was added, removed, moved or changed.

        `a`, `b`: numbers of revisions; or a day or moment, for what was the newest revision of each model then; None
        for the newest. Both states are fetched and compared value by value and corner by corner, since the service
        does not say what its own comparison answers. Models that do not have both revisions are in
        ``attrs["left_out"]``. ValueError where none has.

        - change (ordered): "moved" where the same body lies elsewhere, "changed" for all else; name, type, storey,
          layer, model; what: in words; values: how many values changed; reshaped: it has another body
        - moved_mm, and moved_x_mm, moved_y_mm (up), moved_z_mm of it
        - length_change_m, area_change_m2, volume_change_m3, mass_change_kg: of what `quantities` counts, so that they
          add up to the difference of both; of what was added all, of what was removed all below 0

        ``.changes`` is the long form, one row a value: object_id, group, attribute, attribute_id, old, new, unit.
        ``viewer.color_by(frame["change"])`` shows it, and `viewer.add` what is gone:
        ``viewer.add(project.mesh(revision=a).of(*frame.index[frame["change"] == "removed"]))``.
        """
        parts = self._source.parts(models, layers)
        return compare(self._source, parts, a, b, progress, whole=layers is None)

    def structures(self) -> pd.DataFrame:
        """One row a node of the project's structures, index id; see `frames.structures_frame`."""
        return frames.structures_frame(self._source.structures())

    @property
    def slides(self) -> Slides:
        """Views that are kept with the project: ``project.slides()`` is the table, ``.add(viewer, name)`` keeps one."""
        return Slides(self.api, self.id, lambda: self.name)

    def mesh(
        self,
        *,
        layers: Names = None,
        models: Names = None,
        storeys: Names = None,
        revision: int | None = None,
        progress: Report = True,
    ) -> Mesh:
        """The geometry: mm, Y up, world. What the service sent and cannot be read is in `.problems`."""
        parts = self._source.parts(models, layers, revision)
        coming = viewing.bodies(self._source, parts, storeys=storeys, revision=revision, progress=progress)
        return Mesh.concatenate(mesh for mesh, _ in coming)

    def view(
        self,
        *,
        layers: Names = None,
        models: Names = None,
        storeys: Names = None,
        revision: int | None = None,
        progress: Report = True,
        **options: Any,
    ) -> Viewer:
        """The building in 3D; `options` are the Viewer's own. Rooms are there but not shown until asked for, and other
        layers than `layers` are not fetched until they are: ``viewer.add(viewer.more[0])``, or in the tree on the page.

        It comes bit by bit: what this returns has the first answer of the service, and gets the others while it is
        displayed, or when something needs all of it.
        """

        def objects(parts: Sequence[Part]) -> pd.DataFrame:
            return self._objects(parts, storeys=storeys, revision=revision, progress=False)

        return viewing.view(
            self._source,
            self._source.parts(models, layers, revision),
            storeys=storeys,
            revision=revision,
            progress=progress,
            objects=objects,
            options=options,
        )

    def __repr__(self) -> str:
        return f"<Project {plain(self.name, 60)!r}, {self.id}>"

    def _repr_html_(self) -> str:
        parts = [entry for entry in self._source.disciplines() if entry.id.lower() not in INTERNAL]
        models = list(dict.fromkeys(str(entry.get("divisionName") or "") for entry in parts))
        lines = [
            markup(self.record.get("shortDescr")),
            f"Team {markup(self.record.get('teamName') or self.record.get('teamSlug'))}",
            f"{len(models)} models: {markup(', '.join(models))}" if models else "No model with geometry yet",
            f"Changed {markup(self.record.get('changed'), 10)}" if self.record.get("changed") else "",
        ]
        body = "".join(f"<div dir='auto'>{line}</div>" for line in lines if line)
        return (
            "<div style='border:1px solid #8884;border-radius:6px;padding:8px 12px;max-width:40em'>"
            f"<strong dir='auto'>{markup(self.name)}</strong>{body}<code>{markup(self.id)}</code></div>"
        )
