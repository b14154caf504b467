"""Asking again, with pauses: imported where the first answer is that something is not ready."""

from collections.abc import Awaitable, Callable

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_delay,
    wait_exponential,
    wait_fixed,
    wait_random,
)

_PAUSE = wait_exponential(multiplier=0.01, max=0.04)
_REFUSED_PAUSE = wait_fixed(0.5)
"""Long enough that a grace period of wrong passwords locks no account."""
_JITTER = wait_random(0, 0.01)


async def asked_again(
    first: Exception,
    attempt: Callable[[], Awaitable[None]],
    seconds: float,
    *,
    may_heal: Callable[[BaseException], bool],
    is_refused: Callable[[], bool],
    note: Callable[[], None],
) -> None:
    """Call ``attempt`` after its ``first`` failure, for so many ``seconds``, until there is none.

    ``note`` is called before each pause. Raises the last failure, or one that may not heal.
    """
    failed = [first]

    async def ask() -> None:
        if failed:
            raise failed.pop()
        await attempt()

    def pause(state: RetryCallState) -> float:
        return (_REFUSED_PAUSE if is_refused() else _PAUSE)(state) + _JITTER(state)

    retrying = AsyncRetrying(
        stop=stop_after_delay(seconds),
        wait=pause,
        retry=retry_if_exception(may_heal),
        before_sleep=lambda _: note(),
        reraise=True,
    )
    await retrying(ask)
