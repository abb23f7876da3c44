"""`Report`: findings as a table in a notebook, which its page completes, and as text anywhere else."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Final

from bimplus_nb import causes
from bimplus_nb.diagnosis.judging import STRICT, Finding

_HERE: Final = Path(__file__).parent
_SIGNS: Final = {"ok": "ok", "note": "note", "problem": "PROBLEM", "mended": "mended", "unknown": "?"}
_WIDTH: Final = 110


class Report:
    """What was looked at, how it is, and what to do; a table in a notebook, text where it is printed.

    - ``findings``: in the order in which they matter; ``problems``: those that are problems
    - ``platform``: versions of what this runs on

    What the page adds is on the page alone; its button copies all of it as text.
    """

    def __init__(self, findings: Sequence[Finding], platform: str, wanted: Mapping[str, str | None]) -> None:
        self.findings = tuple(findings)
        self.platform = platform
        self._wanted = dict(wanted)  # what the page holds its extensions against

    @property
    def problems(self) -> tuple[Finding, ...]:
        """What keeps a view empty, or would."""
        return tuple(finding for finding in self.findings if finding.status == "problem")

    @property
    def summary(self) -> str:
        """In one sentence."""
        count = len(self.problems)
        return "Nothing wrong was found from here." if not count else f"{count} problem{'s'[: count > 1]} found."

    def __str__(self) -> str:
        about = max((len(finding.about) for finding in self.findings), default=0)
        indent = " " * (max(map(len, _SIGNS.values())) + about + 4)
        lines = [self.platform, ""]
        for one in self.findings:
            head = f"{_SIGNS[one.status]:7}  {one.about:{about}}  "
            lines += textwrap.wrap(head + one.words, _WIDTH, subsequent_indent=indent, drop_whitespace=True)
            lines += textwrap.wrap(one.cure, _WIDTH, initial_indent=indent, subsequent_indent=indent)
            lines += [f"{indent}    {one.command}"] if one.command else []
        return "\n".join([*lines, "", self.summary])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        rows = "".join(_row(finding) for finding in self.findings)
        given = json.dumps({"wanted": self._wanted, "strict": STRICT, "signs": _SIGNS}).replace("<", "\\u003c")
        return (
            f"<div class='bp-doctor'><style>{_file('report.css')}</style><header><b>Doctor</b>"
            f"<span class='bp-summary'>{escape(self.summary)}</span><button type='button' hidden>Copy as text</button>"
            f"</header><table><tbody>{rows}</tbody></table><footer>{escape(self.platform)}</footer>"
            f"<script>(() => {{\n{causes.script()}\nconst given = {given};\n{_file('report.js')}\n}})();</script></div>"
        )


def _row(finding: Finding) -> str:
    cure = f"<p>{escape(finding.cure)}</p>" if finding.cure else ""
    command = f"<code>{escape(finding.command)}</code>" if finding.command else ""
    return (
        f"<tr data-check='{escape(finding.check, quote=True)}' data-status='{finding.status}'>"
        f"<td><i>{_SIGNS[finding.status]}</i></td><th scope='row'>{escape(finding.about)}</th>"
        f"<td><p>{escape(finding.words)}</p>{cure}{command}</td></tr>"
    )


@cache
def _file(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
