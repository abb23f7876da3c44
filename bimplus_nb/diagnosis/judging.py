"""What facts mean: findings, in the words of `causes`. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from packaging.requirements import InvalidRequirement, Requirement

from bimplus_nb.auth.idtoken import CLOCK
from bimplus_nb.causes import CAUSES, PARTS, install
from bimplus_nb.diagnosis.facts import SERVER_EXTENSION, Environment, Service

Status = Literal["ok", "note", "problem", "mended", "unknown"]

# What only the page can answer: what is asked, in words.
ONLY_THE_PAGE = {"webgl": "3D in the browser", "viewers": "Views on this page"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: `about` what, how it is, and where it is not well the `cause`, what to do (`cure`)
    and the exact `command`. `mend`: a module to run and its arguments, which do it, where that is harmless."""

    check: str
    about: str
    status: Status
    words: str
    cause: str = ""
    cure: str = ""
    command: str = ""
    mend: tuple[str, ...] = ()

    def mended(self) -> Finding:
        """The same after `mend`."""
        return replace(
            self, status="mended", words="It was switched off and is switched on now.", command="", mend=(),
            cure="Start JupyterLab again and load this page again.",
        )  # fmt: skip


def environment(facts: Environment, *, pip: str) -> list[Finding]:
    """What the kernel's environment says. The page knows better what is in the server's, and says it in its place."""
    wrong = list(_packages(facts, pip))
    versions = ", ".join(f"{name} {version}" for name, version in facts.packages.items())
    findings = wrong or [Finding("packages", "Packages of the kernel", "ok", versions)]
    if not facts.jupyter:
        return [*findings, Finding("jupyter", "Jupyter", "unknown", "There is no Jupyter in this environment.")]
    findings += [_extension(facts, name) for name in PARTS]
    return [
        *findings,
        _server(facts),
        *(Finding(check, about, "unknown", _NOT_FROM_HERE) for check, about in ONLY_THE_PAGE.items()),
    ]


_NOT_FROM_HERE = "Only the page knows: bp.doctor() in a cell, once its output is shown."


def _packages(facts: Environment, pip: str) -> Iterator[Finding]:
    for name, found in facts.packages.items():
        needed = facts.requirements[name]
        values = {"package": name, "found": found, "requirement": needed, "pip": pip}
        if found is None:
            yield _of("packages", f"Package {name}", "problem", "package-missing", values)
        elif not _fits(needed, found):
            yield _of("packages", f"Package {name}", "problem", "package-version", values)


def _fits(requirement: str, version: str) -> bool:
    try:
        return Requirement(requirement).specifier.contains(version, prereleases=True)
    except InvalidRequirement:
        return True


def _extension(facts: Environment, name: str) -> Finding:
    package = PARTS[name]
    check, about = f"extension:{name}", f"Extension of {package}"
    found, wanted = facts.extensions.get(name), facts.wanted.get(name)
    values = {"extension": name, "package": package, "install": install(package), "found": found}
    if found is None:
        return _of(check, about, "problem", "extension-missing", values)
    if name in facts.disabled:
        plugin, level = facts.disabled[name]
        mend = ("jupyterlab.labextensions", "enable", f"--level={level}", plugin)
        return _of(check, about, "problem", "extension-disabled", {**values, "plugin": plugin}, mend)
    if wanted is not None and not goes_with(found, wanted, not_older=name in STRICT):
        return _of(check, about, "problem", "extension-version", values)
    return Finding(check, about, "ok", f"{found}, in this environment.")


def _server(facts: Environment) -> Finding:
    """Of our own extension of the Jupyter server. Without it all but one way in works, so it is no problem."""
    check, about = "server", "Server extension"
    if facts.server is None:
        return _of(check, about, "note", "server-extension", {})
    on, level = facts.server
    if on:
        return Finding(check, about, "ok", "Switched on in this environment.")
    at = f"--{level.replace('_', '-')}"
    return _of(check, about, "note", "server-extension-off", {}, (_SERVER_EXTENSIONS, "enable", at, SERVER_EXTENSION))


_SERVER_EXTENSIONS = "jupyter_server.extension.serverextension"

STRICT = ("jupyter-threejs",)
"""Extensions that a kernel wants no older than its own (pythreejs 2.4.2, ``_version.py``: ^2.4.1); the others follow
the protocol of their first number that is not 0."""


def goes_with(found: str, wanted: str, *, not_older: bool) -> bool:
    """Whether an extension of version `found` draws widgets of a package that brought `wanted`, as npm's ^ has it."""
    a, b = (tuple(int(part) for part in version.split(".") if part.isdecimal()) for version in (found, wanted))
    line = next((k for k, part in enumerate(b, 1) if part), 1)
    return a[:line] == b[:line] and (not not_older or a >= b)


def service(facts: Service) -> list[Finding]:
    """What a service's answer says, and that of its sign-in."""
    about = f"Service {facts.host}"
    if facts.knock.trouble:
        proxy, variable = facts.proxy or ("", "")
        cause = "certificate" if facts.knock.trouble == "certificate" else "proxy" if proxy else "unreachable"
        values = {"host": facts.host, "proxy": proxy, "variable": variable}
        return [_of("service", about, "problem", cause, values)]
    if facts.knock.status >= 500:
        return [_of("service", about, "problem", "failing", {"host": facts.host, "status": facts.knock.status})]
    through = f", through the proxy {facts.proxy[0]}" if facts.proxy else ""
    return [Finding("service", about, "ok", f"It answers{through}."), *_clock(facts), *_sign_in(facts)]


def _clock(facts: Service) -> Iterator[Finding]:
    about = "Clock"
    if facts.ahead is None:
        yield Finding("clock", about, "unknown", f"{facts.host} does not say what time it is.")
    elif abs(facts.ahead) > CLOCK:
        way, minutes = "ahead of" if facts.ahead > 0 else "behind", f"{abs(facts.ahead) / 60:,.0f}"
        yield _of("clock", about, "problem", "clock", {"host": facts.host, "way": way, "minutes": minutes})
    else:
        yield Finding("clock", about, "ok", "It agrees with that of the service.")


def _sign_in(facts: Service) -> Iterator[Finding]:
    if facts.good:
        yield Finding("sign-in", "Sign-in", "ok", "It is good.")
    elif facts.good is False:
        why = "has ended, or is not accepted any more" if facts.begun else "has not happened yet"
        yield _of("sign-in", "Sign-in", "problem", "sign-in", {"why": f"The sign-in at {facts.host} {why}."})
    else:
        yield Finding("sign-in", "Sign-in", "unknown", "Not tried: bp.doctor(client) tries that of a client.")


def _of(
    check: str, about: str, status: Status, cause: str, values: Mapping[str, object], mend: tuple[str, ...] = ()
) -> Finding:
    told = CAUSES[cause].told(values)
    return Finding(check, about, status, told.words, cause, told.cure, told.command, mend)
