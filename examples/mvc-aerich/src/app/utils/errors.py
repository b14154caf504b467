"""What the API answers when it does not do what was asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Detail:
    """One thing that is wrong, and where: the path of a field, or the name of a check."""

    path: str
    message: str


class ApiError(Exception):
    """Has a status, a code for programs, and a message for people."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    default: ClassVar[str] = "Something went wrong."

    def __init__(
        self, message: str = "", *, code: str = "", details: Sequence[Detail] = ()
    ) -> None:
        self.message = message or self.default
        self.error_code = code or self.code
        self.details = tuple(details)
        super().__init__(self.message)


class AuthenticationError(ApiError):
    """Who asks is not known."""

    status, code, default = 401, "unauthenticated", "Sign in first."


class ForbiddenError(ApiError):
    """Who asks may not."""

    status, code, default = 403, "forbidden", "You may not do this."


class NotFoundError(ApiError):
    """There is no such thing."""

    status, code, default = 404, "not_found", "There is no such thing."


class ConflictError(ApiError):
    """It does not go with what is stored."""

    status, code, default = 409, "conflict", "This does not go with what is stored."


class TooLargeError(ApiError):
    """There is more of the request than is read."""

    status, code, default = 413, "too_large", "The body is too large."


class UnprocessableError(ApiError):
    """The request is understood, and makes no sense."""

    status, code, default = 422, "invalid", "The request is not valid."


class UnavailableError(ApiError):
    """Something that is needed is not there."""

    status, code, default = 503, "unavailable", "Try again later."
