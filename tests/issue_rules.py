"""What each role may do with an issue, as the documents of the service have it."""

from __future__ import annotations

# The service's rules (Bimplus documentation, Issue Service). y: may; n: may not; -: there is nothing to do.
RULES = """
who          status  update assign solve reopen close delete force_delete comment attach pin
author       Open    y      y      y     -      y     y      y            y       y      y
author       Solved  y      y      y     y      y     y      y            y       y      y
author       Closed  y      y      y     y      -     y      y            y       y      y
responsible  Open    n      n      y     -      n     n      n            n       n      n
responsible  Solved  n      n      y     y      n     n      n            n       n      n
responsible  Closed  n      n      n     n      n     n      n            n       n      n
owner        Open    n      n      n     n      n     n      y            y       y      y
owner        Solved  n      n      n     n      n     n      y            y       y      y
owner        Closed  n      n      n     n      n     n      y            y       y      y
admin        Open    n      n      n     n      n     n      y            y       y      y
admin        Solved  n      n      n     n      n     n      y            y       y      y
admin        Closed  n      n      n     n      n     n      y            y       y      y
editor       Open    n      n      n     n      n     n      n            y       y      y
editor       Solved  n      n      n     n      n     n      n            y       y      y
editor       Closed  n      n      n     n      n     n      n            y       y      y
viewer       Open    n      n      n     n      n     n      n            n       n      n
viewer       Solved  n      n      n     n      n     n      n            n       n      n
viewer       Closed  n      n      n     n      n     n      n            n       n      n
"""
_HEAD, *_LINES = (line.split() for line in RULES.strip().splitlines())
ROWS = [(who, status, dict(zip(_HEAD[2:], words, strict=True))) for who, status, *words in _LINES]
"""Who, the status of the issue, and the word for each action."""

# Who wrote the issue, who is responsible, and who tries.
CAST = {
    "author": ("carla", "david", "carla"),
    "responsible": ("carla", "david", "david"),
    "owner": ("carla", "david", "anna"),
    "admin": ("carla", "david", "ben"),
    "editor": ("anna", "ben", "carla"),
    "viewer": ("anna", "ben", "david"),
}
