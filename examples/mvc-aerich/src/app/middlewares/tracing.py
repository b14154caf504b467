"""One id for each request: in every line of its log, and in the response."""

import re
import time
from contextvars import ContextVar
from uuid import uuid4

from loguru import logger
from robyn import Request, Response, Robyn

HEADER = "x-request-id"

_id: ContextVar[str] = ContextVar("request_id", default="-")
_began: ContextVar[float] = ContextVar("request_began", default=0.0)
_TRUSTED = re.compile(r"[\w.-]{1,64}", re.ASCII)


def request_id() -> str:
    """Return the id of the request that is served; ``-`` outside of one."""
    return _id.get()


def register(app: Robyn) -> None:
    """Give requests their id, and log how each was answered."""

    @app.before_request()
    async def begin(request: Request) -> Request:
        given = request.headers.get(HEADER) or ""
        _id.set(given if _TRUSTED.fullmatch(given) else uuid4().hex)
        _began.set(time.perf_counter())
        return request

    @app.after_request()
    async def end(request: Request, response: Response) -> Response:
        response.headers.set(HEADER, request_id())
        took = (time.perf_counter() - _began.get()) * 1000
        # Neither the query nor any header is logged: both may hold secrets.
        line = "{} {} {} {:.1f}ms"
        logger.info(line, request.method, request.url.path, response.status_code, took)
        return response
