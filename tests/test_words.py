"""The words that come with the code: each public name has some, what they name is there, what is there they name.

The rules of the house: a name in `single backticks` is something of ours or a word of the service's; a parameter is
spoken of by its name, in its method or in its class; what is not made by calling its class says "Made by" whom.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import bimplus_nb
from bimplus_nb import bimlink
from bimplus_nb.api import Api
from bimplus_nb.api.service import Service
from bimplus_nb.auth import Choice, Pending
from bimplus_nb.exchange.bcf import Topics
from bimplus_nb.exchange.ids import Audit, Specifications
from bimplus_nb.http import Http
from bimplus_nb.project.issues import Issues
from bimplus_nb.project.slides import Slides
from bimplus_nb.viewer import Arrival

ROOT = Path(__file__).parent.parent
SERVICES = [type(one) for one in vars(Api(Http("https://api.example/v2"))).values() if isinstance(one, Service)]
HANDED_OUT = [Arrival, Audit, Choice, Issues, Pending, Slides, Specifications, Topics]
OURS = [getattr(module, name) for module in (bimplus_nb, bimlink) for name in module.__all__]
OURS = [one for one in OURS if inspect.isclass(one) or inspect.isfunction(one)]

NAME = re.compile(r"(?<!`)`([A-Za-z_]\w*)`(?!`)")
GIVEN = re.compile(r"(?<!`)`(\w+)=[^`]+`(?!`)")
EXPLAINED = re.compile(r"(?:^|[.;] |\n)((?:`\w+`, )*`\w+`): ")


class Spoken(NamedTuple):
    """Something public with its words: a function, or a class with the parameters of its making."""

    name: str
    owner: type | None
    function: Callable[..., Any] | None
    words: str

    @property
    def parameters(self) -> list[str]:
        if self.function is None:
            return []
        return [name for name in inspect.signature(self.function).parameters if name not in ("self", "cls")]


def ours(function: Any) -> bool:
    return inspect.isfunction(function) and function.__module__.startswith("bimplus_nb")


def plainly(member: Any) -> Any:
    """The function behind a property, a class method, a static method or a cached property."""
    for inner in ("fget", "__func__", "func"):
        member = getattr(member, inner, None) or member
    return member


def methods(owner: type) -> Iterator[Spoken]:
    """What one may call or read there, whichever class of ours it comes from."""
    for name in dir(owner):
        function = plainly(inspect.getattr_static(owner, name))
        if ours(function) and not name.startswith("_"):
            yield Spoken(f"{owner.__name__}.{name}", owner, function, inspect.getdoc(function) or "")


def everything() -> Iterator[Spoken]:
    for one in dict.fromkeys([*OURS, *SERVICES, *HANDED_OUT]):
        if inspect.isclass(one):
            made = None if dataclasses.is_dataclass(one) else plainly(inspect.getattr_static(one, "__init__"))
            called = made if ours(made) and not issubclass(one, Service) else None
            yield Spoken(one.__name__, one, called, inspect.getdoc(one) or "")
            yield from methods(one)
        else:
            yield Spoken(one.__name__, None, one, inspect.getdoc(one) or "")


SPOKEN = list(everything())


def test_everything_public_is_documented() -> None:
    assert len(SPOKEN) > 500
    assert [one.name for one in SPOKEN if not one.words.strip()] == []


def test_every_parameter_is_spoken_of() -> None:
    assert [f"{one.name}: {name}" for one in SPOKEN for name in unspoken(one)] == []


def test_what_is_explained_can_be_given() -> None:
    assert [f"{one.name}: {name}" for one in SPOKEN for name in explained_in_vain(one)] == []


def test_what_is_named_is_there() -> None:
    assert [f"{one.name}: {name}" for one in SPOKEN for name in nowhere(one)] == []


@pytest.mark.parametrize(
    ("words", "silent", "vain", "missing"),
    [
        ("Reads `path`.", [], [], []),
        ("Reads it from the path, as `frame` says.", [], [], []),
        ("Reads.", ["path"], [], []),
        ("Reads with `colour=True`. `mode`: how; the `path`.", [], ["colour", "mode"], ["mode"]),
        ("Reads `zyzzyva` at `path`.", [], [], ["zyzzyva"]),
    ],
)
def test_what_is_wrong_would_be_found(words: str, silent: list[str], vain: list[str], missing: list[str]) -> None:
    def read(path: str) -> None: ...

    one = Spoken("read", None, read, words)
    assert [*unspoken(one)] == silent
    assert [*explained_in_vain(one)] == vain
    assert [*nowhere(one, frozenset({"frame"}))] == missing


def unspoken(one: Spoken) -> Iterator[str]:
    """Parameters that are named neither in the method nor in its class. What `create` explains need not be said again
    where `update` takes it, and an id of the service's, such as `issue_id`, explains itself in a service."""
    if one.owner and one.name == one.owner.__name__ and "Made by" in one.words:
        return
    beside = list(methods(one.owner)) if one.owner else []
    for parameter in one.parameters:
        also = [other.words for other in beside if parameter in other.parameters and f"`{parameter}`" in other.words]
        own_id = one.owner in SERVICES and parameter.endswith("_id")
        if not own_id and not stems(parameter) <= stems("\n".join([one.words, around(one.owner), *also])):
            yield parameter


def explained_in_vain(one: Spoken) -> Iterator[str]:
    """What stands in "`name=value`" or before a colon, as only parameters and what a thing has do, and is neither."""
    explained = [name for group in EXPLAINED.findall(one.words) for name in re.findall(r"\w+", group)]
    there = {*one.parameters, *known(one.owner)}
    return (name for name in [*GIVEN.findall(one.words), *explained] if name not in there)


def nowhere(one: Spoken, vocabulary: frozenset[str] | None = None) -> Iterator[str]:
    """Names that are no parameter, nothing of the class, and no word of the code: no column, no field of an answer."""
    there = {*one.parameters, *known(one.owner)}
    spelled = code() if vocabulary is None else vocabulary
    return (name for name in NAME.findall(one.words) if name not in there and name not in spelled)


def stems(words: str) -> set[str]:
    """The words without case and plural; some_name is two."""
    return {word.rstrip("s") for word in re.findall(r"[a-z]+", words.lower().replace("_", " "))}


def kinds(owner: type | None) -> list[type]:
    """The class and what it inherits, of ours."""
    return [kind for kind in (owner.__mro__ if owner else ()) if kind.__module__.startswith("bimplus_nb")]


@cache
def around(owner: type | None) -> str:
    """What the classes say that a method belongs to."""
    return "\n".join(kind.__doc__ or "" for kind in kinds(owner))


@cache
def known(owner: type | None) -> frozenset[str]:
    """Names of a class: members, parameters of its methods, what its files set on it."""
    if owner is None:
        return frozenset()
    sources = "\n".join({Path(inspect.getfile(kind)).read_text(encoding="utf-8") for kind in kinds(owner)})
    called = [method for name in ("__init__", "__call__") if ours(method := getattr(owner, name, None))]
    parameters = [name for method in called for name in inspect.signature(method).parameters]
    parameters += [name for one in methods(owner) for name in one.parameters]
    return frozenset([*dir(owner), *re.findall(r"self\.(\w+)", sources), *parameters])


@cache
def code() -> frozenset[str]:
    """Every word of the package's code, without its comments and docstrings."""
    words: set[str] = set()
    for path in (ROOT / "bimplus_nb").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
                words.update(re.findall(r"\w+", node.value))
            words.update(
                word for field in ("id", "attr", "arg", "name") if isinstance(word := getattr(node, field, None), str)
            )
    return frozenset(words)
