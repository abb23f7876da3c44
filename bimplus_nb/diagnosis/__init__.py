"""Why a view stays empty: what can be seen from here, named, and what mends it.

`facts` asks (the environment, the service), `judging` makes findings of the answers, `Report` shows them; its page
(`report.js`) adds what only the page knows: what JupyterLab loads, whether the browser can draw. The words are in
`bimplus_nb.causes`, and a viewer that cannot draw says the same ones in its place.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from bimplus_nb.diagnosis import facts, judging
from bimplus_nb.diagnosis.judging import Finding
from bimplus_nb.diagnosis.report import Report

if TYPE_CHECKING:
    from bimplus_nb.client import Client

__all__ = ["Finding", "Report", "doctor"]

_PATIENCE: Final = 60.0


def doctor(service: str | Client = "sandbox", *, mend: bool = False) -> Report:
    """What keeps a view empty here, in words, and what mends it: ``bp.doctor()`` in a cell, as its last line.

    Looks at the packages of this kernel, at what JupyterLab loads, at the browser, and at a service: ``"sandbox"``, the
    embedded one, ``"production"``, ``"stage"``, ``"dev"``, an address, or a client, whose sign-in is then tried too.
    Nothing needs a widget, so it works where these do not. What only the page knows the page fills in.

    The report holds no token, no name of anybody and no paths, so that it can be given away. `mend`: do at once what is
    harmless, which is to switch on what is installed in this environment and switched off.
    """
    return examine(service, mend=mend, pip="%pip")


def examine(service: str | Client, *, mend: bool, pip: str) -> Report:
    """`doctor`, where `pip` is how one calls it for this environment."""
    environment = facts.environment()
    here = judging.environment(environment, pip=pip)
    if mend:
        here = _mended(here, pip)
    return Report([*here, *judging.service(facts.service(service))], facts.platform(), environment.wanted)


def _mended(findings: list[Finding], pip: str) -> list[Finding]:
    """The same after what can be mended here was; looked at once more, for a command may say what it likes."""
    for finding in findings:
        if finding.mend:
            _run(finding.mend)
    well = {one.check for one in judging.environment(facts.environment(), pip=pip) if one.status == "ok"}
    return [one.mended() if one.mend and one.check in well else one for one in findings]


def _run(module: tuple[str, ...]) -> None:
    """Run a module of this environment with its arguments."""
    with suppress(OSError, subprocess.TimeoutExpired):
        subprocess.run([sys.executable, "-m", *module], capture_output=True, timeout=_PATIENCE, check=False)
