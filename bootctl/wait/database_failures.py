"""What a database's refusal means for a wait, whichever driver tells of it."""

from bootctl.database import causes, driver_errors
from bootctl.wait.probe import CAUSES, NotReady, Refused

_TLS = ("does not support SSL", "certificate", "doesn't support it")
"""What a driver says of a server that has no TLS, or not the certificate that it wants."""
_OF_ANOTHER_KIND = ("session is ", "server is ", "target_session_attrs")
"""What libpq and asyncpg say where no server is what ``target_session_attrs`` asks for."""
_NO_DATABASE = ('FATAL:  database "', 'FATAL: database "')
"""libpq has no code for it."""


def database_failure(error: BaseException) -> NotReady | None:
    """Return the answer that ``error`` of a driver is; ``None`` where it is no database's."""
    text = _text(error)
    if any(said in text for said in _TLS):
        return Refused("tls", text)
    if any(said in text for said in _OF_ANOTHER_KIND):
        return NotReady("read-only", text)
    if any(said in text for said in _NO_DATABASE):
        return Refused("unknown database", text)
    found = driver_errors.classify(error)
    if found is None:
        return None
    kind = found.kind if found.kind in CAUSES else "protocol"
    return (Refused if found.refused else NotReady)(kind, text)


def _text(error: BaseException) -> str:
    args = getattr(error, "orig", error).args
    numbered = len(args) == 2 and isinstance(args[0], int)  # MySQL's
    return " ".join(map(str, args)) if numbered else causes.root_message(error)
