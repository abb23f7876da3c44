"""The XML of both versions as dataclasses: those of bcf-client, alone of all that it has.

Its files and archives are left aside: they read whatever lies in a zip, with any document type, and name viewpoints as
BIMcollab Zoom does not find them (https://github.com/IfcOpenShell/IfcOpenShell/issues/7152).
"""

from __future__ import annotations

import warnings
from dataclasses import MISSING, fields
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from bimplus_nb.exchange.bcf.topics import Unreadable, Version
from bimplus_nb.text import plain


def words(version: Version) -> ModuleType:
    """The classes of a version."""
    try:
        return import_module(f"bcf.v{version[0]}.model")
    except ImportError:
        raise ImportError('BCF files need an extra: pip install "bimplus-nb[bcf]".') from None


def parse(xml: bytes, kind: Any) -> Any:
    """An object of a class of `words`; what it does not know is passed over, what it lacks is None, also where the
    schema wants it: programs write comments without a text, viewpoints without a guid. Raises Unreadable."""
    from xsdata.exceptions import ConverterWarning

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", ConverterWarning)
            return _parser().from_bytes(xml, kind)
    except Exception as error:  # of whatever kind: it is a stranger's file
        raise Unreadable(f"it is no valid {kind.__name__}: {plain(error, 160)}") from None


def serialize(value: Any) -> str:
    """The XML of such an object."""
    return str(_serializer().render(value))


@cache
def _parser() -> Any:
    from xsdata.formats.dataclass.parsers import XmlParser
    from xsdata.formats.dataclass.parsers.config import ParserConfig
    from xsdata.formats.dataclass.parsers.handlers import XmlEventHandler

    # Programs add elements and attributes of their own. The handler is named, or lxml would be taken where it is.
    config = ParserConfig(
        fail_on_unknown_properties=False, fail_on_unknown_attributes=False, class_factory=_with_what_there_is
    )
    return XmlParser(config=config, handler=XmlEventHandler)


def _with_what_there_is(kind: Any, said: dict[str, Any]) -> Any:
    needed = (one.name for one in fields(kind) if one.default is MISSING and one.default_factory is MISSING)
    return kind(**(dict.fromkeys(needed) | said))


@cache
def _serializer() -> Any:
    from bcf.xml_parser import build_serializer

    return build_serializer()
