"""Who sees a boot: nobody, and nothing is imported for it, unless the settings or the environment say so."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bootctl.boot.seen import otel_variables
from bootctl.config.invocation import Invocation
from bootctl.output import observers

if TYPE_CHECKING:
    from bootctl.boot.seen.metrics import Metrics
    from bootctl.boot.seen.traces import Traces


class Seen:
    """What is told of the end of a boot that goes well; of any other, its verdict tells."""

    def __init__(self, invocation: Invocation, command: str) -> None:
        self._metrics = _metrics(invocation, command)
        self._traces = _traces(invocation, command)

    def ends_well(self) -> dict[str, str]:
        """Tell that nothing is left to do but to become the server, or to end.

        Returns the variables that the server is to have of it.
        """
        for found in (self._metrics, self._traces):
            if found:
                found.boot.end(0)
        return self._traces.handed_on if self._traces else {}


def _metrics(invocation: Invocation, command: str) -> "Metrics | None":
    path = invocation.loaded.settings.log.metrics
    if path is None:
        return None
    from bootctl.boot.seen.metrics import Metrics

    found = Metrics(invocation.root / path, command)
    observers.add(found.boot)
    return found


def _traces(invocation: Invocation, command: str) -> "Traces | None":
    if not otel_variables.ask_for_traces(invocation.environ):
        return None
    from bootctl.boot.seen.traces import Traces

    found = Traces(invocation.environ, command)
    observers.add(found)
    return found


@contextmanager
def probes_answered(invocation: Invocation) -> Iterator[None]:
    """Answer probes inside, where the settings name an address for that."""
    address = invocation.loaded.settings.server.startup_health
    if address is None:
        yield
        return
    from bootctl.server import startup_health

    with startup_health.answering(address):
        yield
