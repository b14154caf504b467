"""A body that is too large is refused before it is parsed."""

from robyn import Request, Response, Robyn

from app.config import settings

from ..utils.errors import TooLargeError
from ..utils.responses import error_response


def register(app: Robyn) -> None:
    """Refuse what has more than ``SETTINGS__SERVER__MAX_BODY_BYTES``."""

    @app.before_request()
    async def refuse(request: Request) -> Request | Response:
        if len(request.body) > settings.server.max_body_bytes:
            return error_response(TooLargeError())
        return request
