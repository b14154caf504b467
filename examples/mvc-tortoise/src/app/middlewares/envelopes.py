"""What Robyn itself answers, such as 404 for no route or 422 for a body, in the service's envelope."""

import json
from http import HTTPStatus
from typing import Any

from robyn import Response, Robyn

from ..utils.responses import failure, validation_details


def register(app: Robyn) -> None:
    """Leave no error without ``{"error": ...}``."""

    @app.after_request()
    async def wrap(response: Response) -> Response:
        if response.status_code < 400 or _is_wrapped(_body(response)):
            return response
        return _wrapped(response)


def _wrapped(response: Response) -> Response:
    content = _body(response)
    if isinstance(content, dict) and isinstance(content.get("detail"), list):
        return _refused(content["detail"])
    status = HTTPStatus(response.status_code)
    return failure(status.value, status.phrase.lower().replace(" ", "_"), f"{status.phrase}.")


def _refused(errors: list[Any]) -> Response:
    if any(error["type"] == "json_invalid" for error in errors):
        return failure(400, "invalid_json", "The body is not JSON.")
    return failure(422, "invalid", "The request is not valid.", validation_details(errors))


def _is_wrapped(content: Any) -> bool:
    return isinstance(content, dict) and isinstance(content.get("error"), dict)


def _body(response: Response) -> Any:
    try:
        return json.loads(response.description)
    except ValueError:
        return None
