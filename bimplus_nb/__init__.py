"""Allplan Bimplus in a notebook.

>>> import bimplus_nb as bp
>>> client = bp.connect()                          # no account: the embedded sandbox and its demo project
>>> project = client.project("Riverside Offices")  # by name, id or portal address
>>> project.objects()                              # a DataFrame, one row an object
>>> project.view()                                 # the building

Five concepts: `Client` (one attribute a service), `Record` and `Records` (dicts that show as tables), `Mesh`
(geometry as numpy), `Viewer` (one state of what is shown), `Sandbox` (a real server that imitates the service).
Everything raised on purpose is a `BimplusError`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from bimplus_nb._version import __version__

if TYPE_CHECKING:
    from bimplus_nb import bimlink
    from bimplus_nb.client import Client, connect
    from bimplus_nb.diagnosis import doctor
    from bimplus_nb.errors import (
        ApiError,
        BimplusError,
        Conflict,
        ConnectionFailed,
        Forbidden,
        GeometryError,
        ImportFailed,
        JournalError,
        LoginError,
        NotFound,
        NotOffered,
        RateLimited,
        SandboxError,
        ServerError,
    )
    from bimplus_nb.exchange.bcf import read_bcf, to_bcf
    from bimplus_nb.exchange.csv import to_csv
    from bimplus_nb.exchange.excel import read_excel, to_excel
    from bimplus_nb.exchange.ids import read_ids
    from bimplus_nb.exchange.parquet import to_parquet
    from bimplus_nb.frames import convert
    from bimplus_nb.geometry import Mesh
    from bimplus_nb.project import Changes, Project
    from bimplus_nb.project.checks import Check, check
    from bimplus_nb.records import Record, Records
    from bimplus_nb.sandbox import Sandbox
    from bimplus_nb.viewer import Viewer
    from bimplus_nb.widgets import Explorer, IssueBoard, Login, ObjectTable, ProjectPicker, SlidePlayer, Tree

__all__ = [
    "ApiError",
    "BimplusError",
    "Changes",
    "Check",
    "Client",
    "Conflict",
    "ConnectionFailed",
    "Explorer",
    "Forbidden",
    "GeometryError",
    "ImportFailed",
    "IssueBoard",
    "JournalError",
    "Login",
    "LoginError",
    "Mesh",
    "NotFound",
    "NotOffered",
    "ObjectTable",
    "Project",
    "ProjectPicker",
    "RateLimited",
    "Record",
    "Records",
    "Sandbox",
    "SandboxError",
    "ServerError",
    "SlidePlayer",
    "Tree",
    "Viewer",
    "__version__",
    "bimlink",
    "check",
    "connect",
    "convert",
    "doctor",
    "read_bcf",
    "read_excel",
    "read_ids",
    "to_bcf",
    "to_csv",
    "to_excel",
    "to_parquet",
]

# Where each public name lives. Imported on first use: `import bimplus_nb` stays quick, and a script that only reads
# tables never loads the widgets.
_HOME = {
    "Changes": "project",
    "Check": "project.checks",
    "Client": "client",
    "Explorer": "widgets",
    "IssueBoard": "widgets",
    "Login": "widgets",
    "Mesh": "geometry",
    "ObjectTable": "widgets",
    "Project": "project",
    "ProjectPicker": "widgets",
    "Record": "records",
    "Records": "records",
    "Sandbox": "sandbox",
    "SlidePlayer": "widgets",
    "Tree": "widgets",
    "Viewer": "viewer",
    "check": "project.checks",
    "connect": "client",
    "convert": "frames",
    "doctor": "diagnosis",
    "read_bcf": "exchange.bcf",
    "read_excel": "exchange.excel",
    "read_ids": "exchange.ids",
    "to_bcf": "exchange.bcf",
    "to_csv": "exchange.csv",
    "to_excel": "exchange.excel",
    "to_parquet": "exchange.parquet",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "bimlink":  # a service of its own, with a `connect` of its own
        return import_module(f"{__name__}.{name}")
    value = getattr(import_module(f"{__name__}.{_HOME.get(name, 'errors')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
