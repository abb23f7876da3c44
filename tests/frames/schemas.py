"""What each frame of a project looks like: columns in their order, dtypes, index. To change one is to change an API."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

_TEXT, _CHOICE, _NUMBER, _WHOLE, _YES = "str", "category", "float64", "Int64", "boolean"
_DATE = pd.DatetimeTZDtype("us", "UTC")

_OBJECTS: dict[str, object] = {
    "name": _TEXT, "type": _CHOICE, "ifc_type": _CHOICE, "layer": _CHOICE, "model": _CHOICE, "storey": _CHOICE,
    "parent": _TEXT, "guid": _TEXT, "length_m": _NUMBER, "width_m": _NUMBER, "height_m": _NUMBER, "area_m2": _NUMBER,
    "volume_m3": _NUMBER,
}  # fmt: skip
_WELL_KNOWN: dict[str, object] = {
    "material": _CHOICE, "fire_rating": _CHOICE, "load_bearing": _YES, "is_external": _YES, "u_value": _NUMBER,
    "acoustic_rating": _NUMBER, "mass_kg": _NUMBER, "cost": _NUMBER, "room_number": _TEXT, "room_usage": _CHOICE,
}  # fmt: skip
BASE = list(_OBJECTS)


def _frame(
    index: str | None = "id", *, unique: bool = True, may_lack: bool = True, **columns: object
) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {name: pa.Column(dtype, nullable=may_lack) for name, dtype in columns.items()},
        index=pa.Index("int64") if index is None else pa.Index("str", unique=unique, name=index),
        strict=True,
        ordered=True,
    )


def objects(frame: pd.DataFrame) -> pa.DataFrameSchema:
    """Base columns, and after them the well-known ones that occur."""
    return _frame(**_OBJECTS, **{name: dtype for name, dtype in _WELL_KNOWN.items() if name in frame})


TOPOLOGY = _frame(
    name=_TEXT, type=_CHOICE, ifc_type=_CHOICE, model=_CHOICE, storey=_CHOICE, parent=_TEXT, depth=_WHOLE, path=_TEXT,
    is_object=_YES,
)  # fmt: skip
MODELS = _frame(
    name=_TEXT, description=_TEXT, status=_CHOICE, layers=_TEXT, revisions=_WHOLE, revision=_WHOLE, created=_DATE,
    changed=_DATE,
)  # fmt: skip
LAYERS = _frame(None, layer=_CHOICE, model=_CHOICE, revision=_WHOLE, layer_id=_TEXT, model_id=_TEXT)
PROPERTIES = _frame(
    None, object_id=_TEXT, group=_CHOICE, name=_CHOICE, attribute_id=_TEXT, value=object, unit=_CHOICE, type=_CHOICE,
    source=pd.CategoricalDtype(["instance", "type", "inherited", "computed"]),
)  # fmt: skip
PROBLEMS = _frame(None, object=_TEXT, column=_TEXT, value=_TEXT, why=_TEXT, may_lack=False)
ATTRIBUTES = _frame(
    name=_TEXT, group=_CHOICE, type=_CHOICE, unit=_CHOICE, minimum=_NUMBER, maximum=_NUMBER, default=_TEXT,
    decimals=_WHOLE, control=_CHOICE, choices=_TEXT, changeable=_YES, used=_YES, description=_TEXT,
)  # fmt: skip
COMPLETENESS = _frame(
    None, type=_CHOICE, group=_CHOICE, name=_TEXT, attribute_id=_TEXT, template=_CHOICE, objects=_WHOLE, present=_WHOLE,
    lacking=_WHOLE, percent=_NUMBER, missing=object,
)  # fmt: skip
UNITS = _frame(symbol=_TEXT, name=_TEXT, kind=_CHOICE, factor=_NUMBER, base=_TEXT, description=_TEXT)
ISSUES = _frame(
    short_id=_WHOLE, name=_TEXT, status=_CHOICE, priority=_CHOICE, type=_CHOICE, author=_TEXT, responsible=_TEXT,
    responsibles=object, created=_DATE, modified=_DATE, due=_DATE, overdue=_YES, pins=_WHOLE, comments=_WHOLE,
    attachments=_WHOLE, object_ids=object, storeys=object, classification=_TEXT, tag=_TEXT, description=_TEXT,
    solution=_TEXT,
)  # fmt: skip
PINS = _frame(
    issue=_TEXT, short_id=_WHOLE, name=_TEXT, status=_CHOICE, object_id=_TEXT, storey=_CHOICE, x_mm=_NUMBER,
    y_mm=_NUMBER, z_mm=_NUMBER, normal_x=_NUMBER, normal_y=_NUMBER, normal_z=_NUMBER, created=_DATE,
)  # fmt: skip
COMMENTS = _frame(
    issue=_TEXT, short_id=_WHOLE, name=_TEXT, author=_TEXT, text=_TEXT, created=_DATE, modified=_DATE,
)  # fmt: skip
ATTACHMENTS = _frame(
    issue=_TEXT, short_id=_WHOLE, name=_TEXT, file_name=_TEXT, type=_CHOICE, size_kb=_NUMBER, picture=_YES,
    author=_TEXT, created=_DATE,
)  # fmt: skip
SINCE = _frame(
    None, issue=_TEXT, short_id=_WHOLE, name=_TEXT, status=_CHOICE,
    what=pd.CategoricalDtype(
        ["new", "changed", "solved", "closed", "opened again", "commented", "deleted"], ordered=True
    ), times=_WHOLE, who=_TEXT, last=_DATE, detail=_TEXT,
)  # fmt: skip
DUPLICATES = _frame(
    None, issue=_TEXT, short_id=_WHOLE, name=_TEXT, other=_TEXT, other_short_id=_WHOLE, other_name=_TEXT,
    distance_mm=_NUMBER, likeness=_NUMBER,
)  # fmt: skip
HISTORY = _frame(
    None, issue=_TEXT, short_id=_WHOLE, name=_TEXT, when=_DATE, who=_TEXT,
    what=pd.CategoricalDtype(["created", "changed", "commented", "deleted"]), detail=_TEXT,
)  # fmt: skip
SLIDES = _frame(
    slideshow=_CHOICE, position=_WHOLE, name=_TEXT, description=_TEXT, author=_TEXT, created=_DATE, picture=_YES,
    scene=object, slideshow_id=_TEXT,
)  # fmt: skip
STRUCTURES = _frame(name=_TEXT, structure=_CHOICE, parent=_TEXT, depth=_WHOLE, path=_TEXT, objects=_WHOLE)
COMPARISON = _frame(
    change=pd.CategoricalDtype(["added", "removed", "moved", "changed"], ordered=True), name=_TEXT, type=_CHOICE,
    storey=_CHOICE, layer=_CHOICE, model=_CHOICE, what=_TEXT, values=_WHOLE, reshaped=_YES, moved_mm=_NUMBER,
    moved_x_mm=_NUMBER, moved_y_mm=_NUMBER, moved_z_mm=_NUMBER, length_change_m=_NUMBER, area_change_m2=_NUMBER,
    volume_change_m3=_NUMBER, mass_change_kg=_NUMBER,
)  # fmt: skip
CHANGES = _frame(
    None, object_id=_TEXT, group=_CHOICE, attribute=_CHOICE, attribute_id=_TEXT, old=object, new=object, unit=_CHOICE,
)  # fmt: skip
_QUANTITIES: dict[str, object] = {
    "objects": _WHOLE, "length_m": _NUMBER, "length_known": _WHOLE, "area_m2": _NUMBER, "area_known": _WHOLE,
    "volume_m3": _NUMBER, "volume_known": _WHOLE, "mass_kg": _NUMBER, "mass_known": _WHOLE,
    "volume_source": pd.CategoricalDtype(["declared", "mesh", "mixed"]), "volume_mesh_m3": _NUMBER,
    "volume_compared": _WHOLE, "volume_deviation_m3": _NUMBER, "volume_deviation_most": _NUMBER, "surface_m2": _NUMBER,
    "open_meshes": _WHOLE,
}  # fmt: skip


def quantities(by: list[str]) -> pa.DataFrameSchema:
    """The columns are the same for every way to group; the groups' labels are the index."""
    columns = {name: pa.Column(dtype, nullable=True) for name, dtype in _QUANTITIES.items()}
    labels = [pa.Index(_CHOICE, name=name) for name in by]
    index = pa.MultiIndex(labels, strict=True) if len(by) > 1 else labels[0]
    return pa.DataFrameSchema(columns, index=index, strict=True, ordered=True)
