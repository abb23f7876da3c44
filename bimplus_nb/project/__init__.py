"""One project, as a notebook uses it: tables, the mesh, the view."""

from bimplus_nb.project.changes import Changes
from bimplus_nb.project.issues import Issues
from bimplus_nb.project.project import Project

__all__ = ["Changes", "Issues", "Project"]
