"""All benchmarks, one report.

    python tests/benchmarks [--quick] [--pictures FOLDER] [OBJECTS ...]

Each part runs alone too: scale.py, peers.py, looks.py, living.py, tables.py, board.py, decode.py, picking.py. Times are
of a machine that may be busy: compare figures of one run, not runs. `!` marks a goal that is missed.
"""

from __future__ import annotations

import dataclasses
import sys
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import board
import decode
import lab as harness
import living
import looks
import peers
import picking
import report
import scale
import tables

MIDDLE = (20_000,)
TABLES = (10_000,)
ISSUES = (5_000,)


def main() -> None:
    """Run everything."""
    if why := harness.missing():
        raise SystemExit(why)
    options = report.Options.from_line()
    middle = dataclasses.replace(options, sizes=MIDDLE)
    how_many = "one run each" if options.runs == 1 else f"medians of {options.runs} runs, unless a table says fewer"
    print(f"{date.today()}, {report.machine()}; {how_many}", flush=True)
    figures = scale.main(options)
    peers.main(options)
    looks.main(middle)
    living.main(middle)
    tables.main(dataclasses.replace(options, sizes=TABLES))
    board.main(dataclasses.replace(options, sizes=ISSUES))
    decode.main(middle)
    picking.main(dataclasses.replace(options, sizes=picking.SIZES))
    scale.floors(figures)
    report.verdict()


if __name__ == "__main__":
    main()
