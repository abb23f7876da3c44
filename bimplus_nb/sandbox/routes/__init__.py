"""The operations of the service, one module a service of the documents.

An address is matched in the order of `TABLES`: those without a team come first, as a team's name could be anything.
"""

from bimplus_nb.sandbox.routes import (
    comments,
    element_types,
    geometry,
    issues,
    models,
    objects,
    pins,
    projects,
    session,
    teams,
)

TABLES = (
    session.table,
    teams.table,
    projects.table,
    models.table,
    element_types.table,
    geometry.table,
    objects.table,
    issues.table,
    pins.table,
    comments.table,
)
