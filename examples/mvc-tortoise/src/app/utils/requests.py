"""What handlers read from a request, besides its body."""

from typing import TypeVar

from pydantic import ValidationError
from robyn import Request

from .entities import PrimaryKey, PublicEntity, parse_primary_key
from .errors import AuthenticationError, UnprocessableError
from .responses import validation_details

Model = TypeVar("Model", bound=PublicEntity)


def query(request: Request, model: type[Model]) -> Model:
    """Return the query string as ``model``; of a name that is given twice, the last.

    Raises:
        UnprocessableError: it does not fit.
    """
    given = request.query_params.to_dict()
    try:
        return model.model_validate({name: values[-1] for name, values in given.items()})
    except ValidationError as error:
        raise UnprocessableError(details=validation_details(error.errors())) from None


def actor_id(request: Request) -> PrimaryKey:
    """Return who asks, of a route with ``auth_required=True``."""
    if request.identity is None:
        raise AuthenticationError
    return parse_primary_key(request.identity.claims["sub"])
