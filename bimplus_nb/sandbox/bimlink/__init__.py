"""Another vendor's service beside Bimplus: the BIMlink Public API, as far as its documents say what it is like.

What they say: the names of three operations, the way account → location → project → phase → storey, `limit` and
`offset` with their three headers, the scopes, `Authorization: Bearer`, and that OpenAPI describes the rest
(help center of BIMcollab Twin, "API Quickstart"). What they do not say (payloads, the entities of a building, the
address of the OpenAPI document) is made up here; a client finds it in the OpenAPI document and nowhere else.
"""

from bimplus_nb.sandbox.bimlink.service import PATH, Bimlink

__all__ = ["PATH", "Bimlink"]
