"""A database that is ready already: it is asked while the project's code is about to connect to it."""

from bootctl.config.settings import Wait
from bootctl.database.connector import Connector
from bootctl.output import log, weak_secrets
from bootctl.output.stopwatch import Stopwatch
from bootctl.wait.loop import tell_ready
from bootctl.wait.probes.own import OwnDatabase

Unready = OwnDatabase
"""One that has not answered yet, for the loop to go on with."""

_SECONDS = 0.5
"""How long the code is kept: for one that takes longer, or is not ready, the loop waits, and says so."""


def unready(connector: Connector, settings: Wait) -> Unready | None:
    """Ask once, as the project would, and say that the database is ready, where it is; then return ``None``.

    Else what the loop is to ask on. Nothing is asked wherever more than one answer may be needed, or a
    person watches.
    """
    probe = OwnDatabase(connector)
    if settings.stable_for or log.is_live():
        return probe
    watch = Stopwatch()
    with log.libraries_muted():
        if not probe.is_ready(min(_SECONDS, settings.timeout)):
            return probe
    weak_secrets.tell()
    tell_ready(probe, attempt=1, duration_ms=watch.ms)
    return None
