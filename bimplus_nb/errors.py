"""What can go wrong, as one tree.

- ``BimplusError``
    - ``LoginError``: nobody is signed in, the sign-in failed or has ended
    - ``ConnectionFailed``: no answer from the service
    - ``ApiError``: the service answered with a refusal
        - ``NotFound`` (404)
        - ``Forbidden`` (403)
        - ``Conflict`` (409)
        - ``RateLimited`` (429)
        - ``ServerError`` (5xx)
        - ``ImportFailed``: a file was taken, and no model could be made of it
    - ``NotOffered``: the documents list an operation and say that the service does not offer it
    - ``JournalError``: the journal of what is written cannot be kept, or is not one
    - ``GeometryError``: geometry that cannot be read at all
    - ``SandboxError``: the embedded sandbox cannot do what was asked

A caller's own mistake (a wrong argument) is a ``ValueError`` or ``TypeError``, raised before any request.
"""

from __future__ import annotations


class BimplusError(Exception):
    """Anything this package raises on purpose."""


class LoginError(BimplusError):
    """Nobody is signed in, or the sign-in failed or has ended."""


class ConnectionFailed(BimplusError):
    """The service could not be reached or stopped answering."""


class ApiError(BimplusError):
    """The service refused a request.

    Beside the message `status`, `method`, `path` (never with its query, which may hold a token), `body` (what came
    back, parsed where it was JSON) and `request_id` are the evidence.
    """

    def __init__(
        self, message: str, *, status: int, method: str, path: str, body: object = None, request_id: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.method = method
        self.path = path
        self.body = body
        self.request_id = request_id


class NotFound(ApiError):
    """There is no such thing, or it is not visible to this user."""


class Forbidden(ApiError):
    """This user may not do that."""


class Conflict(ApiError):
    """It exists already, or was changed by someone else."""


class RateLimited(ApiError):
    """Too many requests; the service wants a pause."""


class ServerError(ApiError):
    """The service failed on its own side."""


class ImportFailed(ApiError):
    """The service could not make a model of a file; the message says what it wrote about that."""


class NotOffered(BimplusError):
    """An operation that the service's documents list, and of which they say that it is not there (yet)."""


class JournalError(BimplusError):
    """The journal of what is written to a project cannot be kept, is in use, or is not one."""


class GeometryError(BimplusError):
    """Geometry that cannot be read at all."""


class SandboxError(BimplusError):
    """The embedded sandbox cannot do what was asked."""
