"""`Print`: the picture that stays in the notebook when the kernel is gone."""

from __future__ import annotations

from uuid import uuid4

from IPython.display import display, update_display


class Print:
    """An output right below a viewer, for who reads the notebook without running it: on GitHub, in an e-mail.

    A page on which the viewer is alive does not show it (side.css).
    """

    def __init__(self) -> None:
        self._id = uuid4().hex
        display({"text/plain": ""}, raw=True, display_id=self._id)  # type: ignore[no-untyped-call]

    def show(self, picture: bytes, words: str) -> None:
        """This picture (PNG or JPEG) from now on, and words for where there are no pictures."""
        kind = "image/png" if picture.startswith(b"\x89PNG") else "image/jpeg"
        update_display({"text/plain": words, kind: picture}, raw=True, display_id=self._id)  # type: ignore[no-untyped-call]
