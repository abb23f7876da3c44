"""What people say on issues, as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from bimplus_nb.frames.issues import person
from bimplus_nb.frames.members import Members
from bimplus_nb.frames.values import column, pick


def comments_frame(comments: Sequence[Mapping[str, Any]], issues: pd.DataFrame) -> pd.DataFrame:
    """One row a comment on one of these issues (as from `issues_frame`), index `id`, the oldest first.

    Columns: issue (its id), short_id, name of the issue; author, text, created, modified. Comments on anything else are
    left out. Rows stand for the objects that their issue is pinned on.
    """
    spelled = {str(id_).lower(): str(id_) for id_ in issues.index}
    rows = [(spelled[key], one) for one in comments if (key := str(pick(one, "issueId") or "").lower()) in spelled]
    index = pd.Index([str(one.get("id") or "") for _, one in rows], name="id", dtype="str")
    on = [id_ for id_, _ in rows]
    of = issues.loc[on]
    columns: dict[str, Any] = {
        "issue": column(on, "text", index=index),
        **{name: of[name].array for name in ("short_id", "name")},
        "author": column([person(pick(one, "author")) for _, one in rows], "text", index=index),
        "text": column([pick(one, "text") for _, one in rows], "text", index=index),
        "created": column([pick(one, "createdAt") for _, one in rows], "date", index=index),
        "modified": column([pick(one, "modifiedAt") for _, one in rows], "date", index=index),
    }
    frame = pd.DataFrame(columns, index=index).sort_values("created", kind="stable")
    objects = dict(zip(index, of["object_ids"], strict=True))
    members = Members.of(frame.index, (objects[id_] for id_ in frame.index))
    frame.attrs = {"units": {}, "problems": (), "object_ids": members}
    return frame
