"""A project's models and layers as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from bimplus_nb.frames.objects import layer_name
from bimplus_nb.frames.values import column, pick


def models_frame(models: Sequence[Mapping[str, Any]], layers: Sequence[Mapping[str, Any]] = ()) -> pd.DataFrame:
    """One row a model, index `id`: name, description, status, layers, revisions, revision, created, changed.

    `layers` are the entries of a project's `disciplines`. The column layers names a model's layers, revisions counts
    its revisions and revision is the newest.
    """
    index = pd.Index([str(model["id"]) for model in models], name="id", dtype="str")
    own = [[entry for entry in layers if pick(entry, "divisionId") == model["id"]] for model in models]
    numbers = [sorted({n for entry in entries for n in revisions(entry)}) for entries in own]
    columns = {
        "name": column([pick(model, "name") for model in models], "text", index=index),
        "description": column([pick(model, "description") for model in models], "text", index=index),
        "status": column([pick(model, "status") for model in models], "category", index=index),
        "layers": column([", ".join(_names(entries)) for entries in own], "text", index=index),
        "revisions": column([len(each) for each in numbers], "integer", index=index),
        "revision": column([each[-1] if each else None for each in numbers], "integer", index=index),
        "created": column([pick(model, "created") for model in models], "date", index=index),
        "changed": column([pick(model, "changed") for model in models], "date", index=index),
    }
    return pd.DataFrame(columns, index=index)


def layers_frame(layers: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """One row a model and layer: layer_id, layer, model_id, model, revision (the newest)."""
    index = pd.RangeIndex(len(layers))
    newest = [max(found) if (found := revisions(entry)) else None for entry in layers]
    columns = {
        "layer": column([layer_name(str(pick(entry, "name") or "")) for entry in layers], "category", index=index),
        "model": column([pick(entry, "divisionName") for entry in layers], "category", index=index),
        "revision": column(newest, "integer", index=index),
        "layer_id": column([pick(entry, "id") for entry in layers], "text", index=index),
        "model_id": column([pick(entry, "divisionId") for entry in layers], "text", index=index),
    }
    return pd.DataFrame(columns, index=index)


def revisions(entry: Mapping[str, Any]) -> list[int]:
    """The revision numbers of an entry of `disciplines`; none where the model has no revisions."""
    found = pick(entry, "revisions")
    return [n for n in found if isinstance(n, int) and not isinstance(n, bool)] if isinstance(found, list) else []


def _names(entries: Sequence[Mapping[str, Any]]) -> list[str]:
    return [layer_name(str(pick(entry, "name") or "")) for entry in entries]
