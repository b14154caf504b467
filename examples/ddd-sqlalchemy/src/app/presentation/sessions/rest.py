"""The routes of sessions: a token for programs, a cookie for browsers."""

from robyn import Request, Robyn
from robyn import Response as RobynResponse

from ...infrastructure.application import AuthenticationError, Response, answer
from ...infrastructure.application.middlewares.sessions import session
from ...operational import users as users_ops
from .contracts import SessionPublic, SignInBody, TokenPublic


def register(app: Robyn) -> None:
    """Register the routes of sessions."""

    @app.post("/sessions", openapi_tags=["sessions"])
    async def sign_in(body: SignInBody) -> RobynResponse:
        """Sign in."""
        user, token = await users_ops.sign_in(body.email, body.password)
        session()["user_id"] = user.id
        public = TokenPublic(access_token=token.text, expires_at=token.expires_at)
        return answer(Response[TokenPublic](result=public), 201)

    @app.get("/sessions/current", openapi_tags=["sessions"])
    async def current(request: Request) -> Response[SessionPublic]:
        """Tell what the cookie keeps."""
        if "user_id" not in session():
            raise AuthenticationError
        return Response[SessionPublic](result=SessionPublic(user_id=session()["user_id"]))

    @app.delete("/sessions/current", openapi_tags=["sessions"])
    async def sign_out(request: Request) -> Response[SessionPublic]:
        """Forget the cookie."""
        session().clear()
        return Response[SessionPublic](result=SessionPublic(user_id=None))
