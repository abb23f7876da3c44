"""What is to be done in a project: its issues as tables, and what one does with them."""

from bimplus_nb.project.issues.issues import Issues

__all__ = ["Issues"]
