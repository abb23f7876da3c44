"""A building in the notebook: see `Viewer`."""

from bimplus_nb.viewer.building import Arrival
from bimplus_nb.viewer.viewer import Viewer

__all__ = ["Arrival", "Viewer"]
