"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(path: str | os.PathLike[str], suffix: str) -> Iterator[Path]:
    """A temporary file beside `path`, which takes its place when it is finished, and is gone if that fails.

    Raises ValueError where `path` does not end with `suffix`, OSError where nothing can be written.
    """
    target = Path(path)
    if target.suffix.lower() != suffix:
        raise ValueError(f"{target.name}: a name that ends with {suffix} is expected")
    handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=target.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        # A temporary file is for its owner alone; what takes its place is as open as any new file.
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
