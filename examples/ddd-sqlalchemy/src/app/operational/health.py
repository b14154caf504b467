"""Whether the service can do its work."""

from app.infrastructure.application import Detail, UnavailableError
from app.infrastructure.database import missing_migrations


async def require_ready() -> None:
    """Return once the database answers and has every migration of this code.

    Raises:
        UnavailableError: it does not; the details say which.
    """
    try:
        missing = await missing_migrations()
    except UnavailableError:
        raise _not_ready("database", "it cannot be asked") from None
    if missing:
        raise _not_ready("migrations", f"not applied: {', '.join(missing)}")


def _not_ready(check: str, reason: str) -> UnavailableError:
    return UnavailableError("Not ready.", code="not_ready", details=[Detail(check, reason)])
