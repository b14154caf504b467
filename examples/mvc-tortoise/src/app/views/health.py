"""Whether the process lives, and whether it should be asked."""

from robyn import Request, Robyn

from ..models import history
from ..schemas import PublicEntity, Response
from ..utils import Detail, UnavailableError


class Alive(PublicEntity):
    """The process answers: a liveness probe needs no more."""

    status: str = "alive"


class Ready(PublicEntity):
    """The database answers, and has every migration of this code."""

    status: str = "ready"
    database: str = "ok"
    migrations: str = "ok"


def register(app: Robyn) -> None:
    """Register the health routes."""

    @app.get("/health/live", openapi_tags=["health"])
    async def live(request: Request) -> Response[Alive]:
        """Answer, whatever else is down: restarting this process would not mend it."""
        return Response[Alive](result=Alive())

    @app.get("/health/ready", openapi_tags=["health"])
    async def ready(request: Request) -> Response[Ready]:
        """Answer 200 when requests can be served, and 503 with the reason when not."""
        await _require_ready()
        return Response[Ready](result=Ready())

    @app.get("/health", openapi_tags=["health"])
    async def page(request: Request) -> Response[Ready]:
        """Answer as ``/health/ready`` does."""
        await _require_ready()
        return Response[Ready](result=Ready())


async def _require_ready() -> None:
    try:
        missing = await history.missing()
    except UnavailableError:
        raise _not_ready("database", "it cannot be asked") from None
    if missing:
        raise _not_ready("migrations", f"not applied: {', '.join(missing)}")


def _not_ready(check: str, reason: str) -> UnavailableError:
    return UnavailableError("Not ready.", code="not_ready", details=[Detail(check, reason)])
