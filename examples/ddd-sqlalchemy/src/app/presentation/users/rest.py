"""The routes of users."""

from robyn import Request, Robyn
from robyn import Response as RobynResponse

from ...infrastructure.application import Response, actor_id, answer
from ...operational import users as users_ops
from .contracts import UserCreateBody, UserPublic


def register(app: Robyn) -> None:
    """Register the routes of users."""

    @app.post("/users", openapi_tags=["users"])
    async def create(body: UserCreateBody) -> RobynResponse:
        """Register."""
        user = await users_ops.register(body.email, body.full_name, body.password)
        return answer(Response[UserPublic](result=UserPublic.model_validate(user)), 201)

    @app.get("/users/me", auth_required=True, openapi_tags=["users"])
    async def me(request: Request) -> Response[UserPublic]:
        """Tell who has the token."""
        user = await users_ops.get(actor_id(request))
        return Response[UserPublic](result=UserPublic.model_validate(user))
