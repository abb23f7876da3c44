"""BCF files are written and read where ifcopenshell is not, which bcf-client asks for: its dataclasses do without."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import sys
sys.modules["ifcopenshell"] = None  # as if it were not there
import tempfile
from bimplus_nb.exchange.bcf import Comment, Topic, Topics, read_bcf, to_bcf
for version in ("2.1", "3.0"):
    said = Comment("8b9fc80c-144a-5f3a-bb46-24bf97d8509e", "Wide")
    topic = Topic("6a7832fa-2b1c-5bfd-8e41-b1007a16f2e4", "A crack", comments=(said,))
    path = to_bcf(Topics([topic]), tempfile.mkdtemp() + "/crack.bcf", version=version)
    (back,) = read_bcf(path)
    assert (back.title, back.comments[0].text) == ("A crack", "Wide")
print("whole")
"""


def test_without_ifcopenshell() -> None:
    run = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, timeout=60)
    assert run.stdout == "whole\n", run.stderr
