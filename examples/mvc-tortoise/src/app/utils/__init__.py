"""What views share: the base of their models, errors, envelopes, and what they read from requests."""

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
    "error_response",
    "parse_primary_key",
    "query",
)
