"""A Bimplus service that runs anywhere: the API over real HTTP, its sign-in, and a demo building to work on.

It imitates the service, not this package's client, and imports nothing of that: they must not share a mistake.
"""

from bimplus_nb.sandbox.people import User
from bimplus_nb.sandbox.server import Sandbox

__all__ = ["Sandbox", "User"]
