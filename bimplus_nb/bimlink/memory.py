"""What was chosen last, from kernel to kernel: ids alone, as the service's documents suggest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import platformdirs

_LIMIT = 1 << 20


class Memory:
    """The choice of one person at one service, in a file of this computer's user.

    What cannot be read or written is not remembered: choosing again is quick.
    """

    def __init__(self, key: str, path: Path | None = None) -> None:
        self._key = key
        self._path = path or platformdirs.user_state_path("bimplus_nb") / "bimlink.json"

    def read(self) -> dict[str, str]:
        """Ids by step; empty where nothing is remembered."""
        chosen = self._all().get(self._key)
        if not isinstance(chosen, Mapping):
            return {}
        return {str(step): one for step, one in chosen.items() if isinstance(one, str) and 0 < len(one) <= 200}

    def write(self, chosen: Mapping[str, str]) -> None:
        """Remember these in place of the former."""
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            new = self._path.with_suffix(".new")
            new.write_text(json.dumps({**self._all(), self._key: dict(chosen)}, indent=1), encoding="utf-8")
            new.replace(self._path)

    def _all(self) -> dict[str, object]:
        try:
            with self._path.open(encoding="utf-8") as file:
                kept = json.loads(file.read(_LIMIT))
        except (OSError, ValueError, RecursionError):
            return {}
        return kept if isinstance(kept, dict) else {}
