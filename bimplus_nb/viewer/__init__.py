"""A building on the page: `Viewer`."""

from bimplus_nb.viewer.viewer import Viewer

__all__ = ["Viewer"]
