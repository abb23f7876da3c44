"""How figures are taken and shown: medians, goals, tables."""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

RUNS = 5
LONG = 30.0
"""Seconds after which a run counts as long: then two do."""

SIZES = (1_000, 20_000, 100_000)


@dataclass(frozen=True)
class Options:
    """What was asked for on the command line."""

    sizes: tuple[int, ...]
    runs: int
    pictures: Path | None

    @classmethod
    def from_line(cls, sizes: Sequence[int] = SIZES) -> Options:
        """Read it; `sizes` where it names none."""
        parser = argparse.ArgumentParser(description="Figures of a real JupyterLab and Chromium; see the docstring.")
        parser.add_argument("sizes", nargs="*", type=int, help="numbers of objects")
        parser.add_argument("--quick", action="store_true", help="one run each, and nothing above 20,000 objects")
        parser.add_argument("--pictures", type=Path, help="a folder for a picture of whatever was drawn")
        given = parser.parse_args()
        if given.pictures:
            given.pictures.mkdir(parents=True, exist_ok=True)
        sizes = tuple(given.sizes or sizes)
        if given.quick:
            sizes = tuple(size for size in sizes if size <= 20_000) or sizes[:1]
        return cls(sizes, 1 if given.quick else RUNS, given.pictures)

    def keep(self, name: str, png: bytes) -> None:
        """Put a picture into the folder, if there is one."""
        if self.pictures:
            (self.pictures / f"{name}.png").write_bytes(png)


def repeated(runs: int, run: Callable[[], Mapping[str, float]]) -> tuple[dict[str, float], int]:
    """The median of each figure over several runs, and over how many."""
    seen: list[Mapping[str, float]] = []
    while len(seen) < runs:
        start = time.perf_counter()
        seen.append(run())
        if time.perf_counter() - start > LONG:
            runs = min(runs, 2)
    return {name: median(one[name] for one in seen) for name in seen[0]}, len(seen)


@dataclass(frozen=True)
class Against:
    """A figure beside the goal it has to keep."""

    value: float
    goal: float
    text: str = "{:.2f}"
    least: bool = False
    """Whether the goal is the least there should be, and not the most."""

    @property
    def met(self) -> bool:
        """Whether it is kept."""
        return self.value >= self.goal if self.least else self.value <= self.goal

    def __str__(self) -> str:
        sign = ("≥" if self.met else "<") if self.least else ("≤" if self.met else ">")
        return f"{self.text.format(self.value)} {sign} {self.goal:g}{'' if self.met else ' !'}"


_goals: list[tuple[str, Against]] = []


def machine() -> str:
    """What this runs on, and how busy it is with other things."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{platform.machine()}, {os.cpu_count()} cores{load}, Python {platform.python_version()}, software GL"


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print a table. Cells: text, whole numbers, decimals, `Against`, or None for nothing to tell."""
    cells = [[_shown(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(columns, *cells, strict=True)]
    print(f"\n{title}")
    for line in (columns, ["-" * width for width in widths], *cells):
        first, *others = zip(line, widths, strict=True)
        print("  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]), flush=True)
    what = title.partition(":")[0]
    named = sorted({0, columns.index("objects")} if "objects" in columns else {0})
    for row in rows:
        whose = ", ".join(_shown(row[k]) for k in named)
        for column, cell in zip(columns, row, strict=True):
            if isinstance(cell, Against):
                _goals.append((f"{what}, {whose}, {column}", cell))


def verdict() -> None:
    """Print how many goals of all tables so far are met, and which are not."""
    missed = [f"  {where}: {cell}" for where, cell in _goals if not cell.met]
    print(f"\n{len(_goals) - len(missed)} of {len(_goals)} goals met" + (", missed:" if missed else "."))
    print("\n".join(missed), flush=True)


def _shown(cell: Any) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, int):
        return f"{cell:,}"
    return f"{cell:.2f}" if isinstance(cell, float) else str(cell)
