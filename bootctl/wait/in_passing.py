"""A database that is ready already: it is asked while the project's code is about to connect to it."""

from bootctl.config.settings import Wait
from bootctl.database.connector import Connector
from bootctl.output import log, weak_secrets
from bootctl.output.stopwatch import Stopwatch
from bootctl.wait.loop import tell_ready
from bootctl.wait.probes.own import OwnDatabase

_SECONDS = 0.5
"""How long the code is kept: for one that takes longer, or is not ready, the loop waits, and says so."""


def is_ready(connector: Connector, settings: Wait) -> bool:
    """Ask once, as the project would, and return whether the database is ready; say so where it is.

    ``False`` wherever more than one answer may be needed, or a person watches.
    """
    if settings.stable_for or log.is_live():
        return False
    watch = Stopwatch()
    probe = OwnDatabase(connector)
    try:
        with log.libraries_muted():
            probe.ask(min(_SECONDS, settings.timeout))
    except Exception:  # whatever it is, the loop meets it again, and names it
        return False
    weak_secrets.tell()
    tell_ready(probe, attempt=1, duration_ms=watch.ms)
    return True
