"""Signals that come while an event loop runs."""

import subprocess
import sys

PROGRAM = """
import asyncio
import signal
import time

from bootctl.output import interruption
from bootctl.errors import Interrupted

def callback():
    signal.raise_signal(signal.SIGTERM)
    print("went on", end="")
    time.sleep({seconds})
    print(", returned", end="")

async def main():
    asyncio.get_running_loop().call_soon(callback)
    await asyncio.sleep(60)

interruption.handle_signals(print)
try:
    with interruption.raised():
        asyncio.run(main())
except Interrupted as error:
    print(", ended with", error.exit_code)
"""


def ended(seconds: float) -> str:
    """What the program prints when the callback that a signal finds running takes so long."""
    program = PROGRAM.format(seconds=seconds)
    return subprocess.check_output([sys.executable, "-c", program], text=True, timeout=30)


def test_a_callback_as_short_as_a_drivers_is_not_interrupted() -> None:
    assert ended(0) == "went on, returned, ended with 143\n"


def test_one_that_takes_its_time_is() -> None:
    assert ended(60) == "went on, ended with 143\n"
