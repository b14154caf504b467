"""One answer of each dependency: asked once, all at the same time, and waited for no longer."""

import asyncio
from collections.abc import Sequence

from bootctl.errors import BootError, NotReadyError, RefusedError, SettingsError
from bootctl.output import log
from bootctl.values import frozen
from bootctl.wait.loop import REFUSED_HINTS
from bootctl.wait.probe import NotReady, Probe, Refused
from bootctl.wait.running import run


@frozen
class Answer:
    """What a dependency has answered."""

    target: str
    depth: str
    """How much of it was asked."""
    error: BootError | None
    """``None``: it is ready."""


def answers(probes: Sequence[Probe], seconds: float) -> list[Answer]:
    """Return the answer of each of ``probes``, in so many seconds at most."""
    found: dict[Probe, Answer] = {}

    async def ask(probe: Probe) -> None:
        found[probe] = Answer(probe.target, probe.depth, await _error(probe, seconds))

    async def ask_all() -> None:
        await asyncio.gather(*map(ask, probes))

    with log.libraries_muted():
        run(ask_all())
    return [found[probe] for probe in probes]


async def _error(probe: Probe, seconds: float) -> BootError | None:
    target = probe.target
    try:
        async with asyncio.timeout(seconds):
            await probe.check()
    except TimeoutError:
        return _not_ready(target, f"no answer within {seconds:g} s")
    except Refused as failure:
        hint = REFUSED_HINTS.get(failure.kind, "correct the URL, the credentials or the grants")
        said = f"{target} refuses: {failure.kind}: {failure}"
        return RefusedError(said, hint=f"Waiting does not heal this: {hint}.", target=target)
    except NotReady as failure:
        return _not_ready(target, f"{failure.kind}: {failure}")
    except SettingsError as fault:
        return SettingsError(
            f"{target} cannot be connected to: {fault.message}", hint=fault.hint, target=target
        )
    return None


def _not_ready(target: str, said: str) -> NotReadyError:
    return NotReadyError(
        f"{target} is not ready: {said}",
        hint="Start it, or correct its address: `bootctl wait --list` says where it comes from.",
        target=target,
    )
