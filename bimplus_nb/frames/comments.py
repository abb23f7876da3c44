"""What people say on issues, and which files they attach, as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from bimplus_nb.frames.issues import person
from bimplus_nb.frames.members import Members
from bimplus_nb.frames.values import column, number, pick

_PICTURE: Final = "thumbnail"  # of the kind that the published JavaScript SDK 1.0.56 gives the picture of a view


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


def attachments_frame(attachments: Mapping[str, Sequence[Mapping[str, Any]]], issues: pd.DataFrame) -> pd.DataFrame:
    """One row a file on one of these issues (as from `issues_frame`), index `id`, the oldest first.

    `attachments`: those of each issue, by its id. Columns: issue (its id), short_id, name of the issue; file_name,
    type, size_kb (1000 bytes), picture (whether it is the picture of the issue's view), author, created.
    """
    rows = [(id_, one) for id_, found in attachments.items() for one in found]
    index = pd.Index([str(one.get("id") or "") for _, one in rows], name="id", dtype="str")
    of = issues.loc[[id_ for id_, _ in rows]]
    files = [one for _, one in rows]
    kinds = [str(pick(one, "attachmentType")).lower() for one in files]
    sizes = [number(pick(one, "size")) for one in files]
    columns: dict[str, Any] = {
        "issue": column([id_ for id_, _ in rows], "text", index=index),
        **{name: of[name].array for name in ("short_id", "name")},
        "file_name": column([pick(one, "fileName") for one in files], "text", index=index),
        "type": column([pick(one, "type") for one in files], "category", index=index),
        "size_kb": column([None if size is None else size / 1000 for size in sizes], "number", index=index),
        "picture": column([_PICTURE in kind for kind in kinds], "boolean", index=index),
        "author": column([person(pick(one, "creator")) for one in files], "text", index=index),
        "created": column([pick(one, "createdAt") for one in files], "date", index=index),
    }
    frame = pd.DataFrame(columns, index=index).sort_values("created", kind="stable")
    frame.attrs = {"units": {"size_kb": "kB"}, "problems": ()}
    return frame
