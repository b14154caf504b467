"""The routes of sessions: a token for programs, a cookie for browsers."""

from robyn import Request, Robyn
from robyn import Response as RobynResponse

from ..authentication import is_password, issue_token
from ..middlewares.sessions import session
from ..models import UsersRepository, transaction
from ..schemas import Response, UserFlat
from ..utils import AuthenticationError, answer
from .contracts import SessionPublic, SignInBody, TokenPublic


def register(app: Robyn) -> None:
    """Register the routes of sessions."""

    @app.post("/sessions", openapi_tags=["sessions"])
    async def sign_in(body: SignInBody) -> RobynResponse:
        """Sign in."""
        user = await _authenticated(body)
        token = issue_token(user.id)
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


async def _authenticated(body: SignInBody) -> UserFlat:
    """Return the user; who is not known and a wrong password look the same."""
    async with transaction():
        user = await UsersRepository().find_by_email(body.email)
    fits = await is_password(body.password, user.password_hash if user else None)
    if user is None or not fits:
        raise AuthenticationError("The address or the password is wrong.", code="wrong_credentials")
    return user
