"""`Shared`: a widget of which one is enough for all viewers of a kernel."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar, Self


class Shared:
    """Beside a kind of widget, so that there is but one of it. It stays when a viewer is closed, for the next."""

    _shared: ClassVar[Any] = None

    @classmethod
    def shared(cls) -> Self:
        """The one of this kernel."""
        if cls._shared is None or cls._shared.comm is None:  # somebody may have closed all widgets
            cls._shared = cls._made()
        return cls._shared  # type: ignore[no-any-return]

    @classmethod
    @abstractmethod
    def _made(cls) -> Self: ...
