"""The HTTP side of the service: its models, errors and envelopes, and how the app is made."""

from .entities import (
    Address,
    InternalEntity,
    Line,
    PrimaryKey,
    PublicEntity,
    Text,
    TimeStampMixin,
    parse_primary_key,
)
from .errors import (
    ApiError,
    AuthenticationError,
    ConflictError,
    Detail,
    ForbiddenError,
    NotFoundError,
    UnavailableError,
    UnprocessableError,
)
from .factory import create
from .requests import actor_id, query
from .responses import JSON_HEADERS, Response, ResponseMulti, answer, error_response

__all__ = (
    "JSON_HEADERS",
    "Address",
    "ApiError",
    "AuthenticationError",
    "ConflictError",
    "Detail",
    "ForbiddenError",
    "InternalEntity",
    "Line",
    "NotFoundError",
    "PrimaryKey",
    "PublicEntity",
    "Response",
    "ResponseMulti",
    "Text",
    "TimeStampMixin",
    "UnavailableError",
    "UnprocessableError",
    "actor_id",
    "answer",
    "create",
    "error_response",
    "parse_primary_key",
    "query",
)
