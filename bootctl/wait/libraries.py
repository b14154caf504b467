"""The client libraries of the service: which are installed, and their import."""

import asyncio
import importlib
import importlib.util
from collections.abc import Sequence
from typing import Any


def installed(names: Sequence[str]) -> str | None:
    """Return the first of these modules that can be imported, without importing it."""
    return next((name for name in names if importlib.util.find_spec(name)), None)


async def imported(name: str) -> Any:
    """Return the module, imported in a thread: a client library takes a quarter of a second."""
    return await asyncio.to_thread(importlib.import_module, name)
