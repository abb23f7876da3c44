"""A second service by the same doors: the BIMlink Public API.

>>> import bimplus_nb as bp
>>> link = bp.bimlink.connect()                      # no account: the one in the embedded sandbox
>>> link.choose(phase="Detailed design")             # account → location → project → phase → storey
>>> link.operations.BuildingElements_GetAll().frame()

What the service offers is read from its own OpenAPI document, so `link.operations` completes with whatever is there.
Nothing here knows of Bimplus; sign-in, requests, tables and widgets are the rooms that both services share.
"""

from bimplus_nb.bimlink.connecting import SERVICES, connect
from bimplus_nb.bimlink.link import Link
from bimplus_nb.bimlink.operations import Call, Operations
from bimplus_nb.bimlink.picker import Picker

__all__ = ["SERVICES", "Call", "Link", "Operations", "Picker", "connect"]
