"""Widgets: sign-in, project picker, object table, tree, issue board, player of slides, and the explorer that puts them
together.

Each is a box of ipywidgets around public methods of the client, the project and the viewer: everything a button does
can be done by a call. Errors appear below the widget in words.
"""

from __future__ import annotations

from bimplus_nb.widgets.board import IssueBoard
from bimplus_nb.widgets.explorer import Explorer
from bimplus_nb.widgets.login import Login
from bimplus_nb.widgets.picker import ProjectPicker
from bimplus_nb.widgets.slides import SlidePlayer
from bimplus_nb.widgets.table import ObjectTable
from bimplus_nb.widgets.tree import Tree

__all__ = ["Explorer", "IssueBoard", "Login", "ObjectTable", "ProjectPicker", "SlidePlayer", "Tree"]
