"""The routes of users."""

from robyn import Request, Robyn
from robyn import Response as RobynResponse

from ..authentication import hash_password
from ..mailing import Mailer
from ..models import UsersRepository, transaction
from ..schemas import Response, UserFlat, UserUncommitted
from ..utils import ConflictError, actor_id, answer
from .contracts import UserCreateBody, UserPublic


def register(app: Robyn) -> None:
    """Register the routes of users."""

    @app.post("/users", openapi_tags=["users"])
    async def create(body: UserCreateBody) -> RobynResponse:
        """Register; the new user is welcomed by mail."""
        user = await _added(body)
        async with Mailer() as mailer:
            await mailer.send(user.email, "Welcome", f"Welcome to the desk, {user.full_name}.")
        return answer(Response[UserPublic](result=UserPublic.model_validate(user)), 201)

    @app.get("/users/me", auth_required=True, openapi_tags=["users"])
    async def me(request: Request) -> Response[UserPublic]:
        """Tell who has the token."""
        async with transaction():
            user = await UsersRepository().get(actor_id(request))
        return Response[UserPublic](result=UserPublic.model_validate(user))


async def _added(body: UserCreateBody) -> UserFlat:
    schema = UserUncommitted(
        email=body.email,
        full_name=body.full_name,
        password_hash=await hash_password(body.password),
    )
    try:
        async with transaction():
            return await UsersRepository().create(schema)
    except ConflictError as error:
        raise ConflictError("This address is registered already.", code="email_taken") from error
