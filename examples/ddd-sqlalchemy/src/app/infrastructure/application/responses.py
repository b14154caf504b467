"""The two envelopes: ``{"result": ...}`` and ``{"error": ...}``."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Generic, TypeVar

from loguru import logger
from robyn import Response as RobynResponse

from .entities import PublicEntity
from .errors import ApiError, Detail

JSON_HEADERS = {"content-type": "application/json; charset=utf-8"}

Public = TypeVar("Public", bound=PublicEntity)


class Response(PublicEntity, Generic[Public]):
    """One result."""

    result: Public


class ResponseMulti(PublicEntity, Generic[Public]):
    """Several results."""

    result: list[Public]


def answer(model: PublicEntity, status: int = 200) -> RobynResponse:
    """Return ``model`` as the response with another status than 200."""
    return RobynResponse(status, JSON_HEADERS, model.model_dump_json())


def failure(status: int, code: str, message: str, details: Iterable[Detail] = ()) -> RobynResponse:
    """Return an error in its envelope."""
    error = {"code": code, "message": message, "details": [asdict(detail) for detail in details]}
    return RobynResponse(status, JSON_HEADERS, json.dumps({"error": error}))


def error_response(error: Exception) -> RobynResponse:
    """Return what the API says of an exception; what it did not expect is in the log only."""
    if not isinstance(error, ApiError):
        logger.opt(exception=error).error("a handler failed")
        error = ApiError()
    return failure(error.status, error.error_code, error.message, error.details)


def validation_details(errors: Iterable[Any]) -> list[Detail]:
    """Return what pydantic has against a request, field by field, without the values."""
    return [Detail(".".join(map(str, error["loc"])), error["msg"]) for error in errors]
