"""The event loop that runs, if one does: asyncio takes long to import, and is not for this."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop


def running_loop() -> "AbstractEventLoop | None":
    """Return the event loop that runs in this thread; none does where nothing imported asyncio."""
    if "asyncio" not in sys.modules:
        return None
    import asyncio

    try:
        return asyncio.get_running_loop()
    except (RuntimeError, AttributeError):  # none runs, or asyncio is still being imported
        return None
