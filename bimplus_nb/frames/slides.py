"""Slideshows of a project, and their slides, as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from bimplus_nb.frames.issues import person
from bimplus_nb.frames.values import Problem, column, pick


def slides_frame(shows: Sequence[tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]]) -> pd.DataFrame:
    """One row a slide, index `id`, in the order in which they are shown: slideshow, position, name, description,
    author, created, picture (whether it has one), scene (as the service has it), slideshow_id.

    `shows`: each slideshow with its slides.
    """
    rows = [(show, slide) for show, slides in shows for slide in slides]
    index = pd.Index([str(slide["id"]) for _, slide in rows], name="id", dtype="str")
    problems: list[Problem] = []
    columns = {
        "slideshow": column([pick(show, "name") for show, _ in rows], "category", index=index),
        "position": column([pick(slide, "index") for _, slide in rows], "integer", index=index, problems=problems),
        "name": column([pick(slide, "name") for _, slide in rows], "text", index=index),
        "description": column([pick(slide, "description") for _, slide in rows], "text", index=index),
        "author": column([person(pick(slide, "author")) for _, slide in rows], "text", index=index),
        "created": column([pick(slide, "created") for _, slide in rows], "date", index=index, problems=problems),
        "picture": column([pick(slide, "thumbnail") is not None for _, slide in rows], "boolean", index=index),
        "scene": pd.Series([pick(slide, "scene") for _, slide in rows], index=index, dtype=object),
        "slideshow_id": column([pick(show, "id") for show, _ in rows], "text", index=index),
    }
    frame = pd.DataFrame(columns, index=index)
    frame.attrs = {"problems": tuple(problems)}
    return frame
