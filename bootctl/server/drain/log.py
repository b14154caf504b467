"""Lines as bootctl's own log writes them, without what that needs."""

import os
import select
import time
from contextlib import suppress

_PATIENCE_MS = 500


class Log:
    """Lines as bootctl's own log writes them: JSON, or for a person; ``quiet`` without info."""

    def __init__(self, form: str, volume: str, run_id: str) -> None:
        self._form = form
        self._quiet = volume == "quiet"
        self._run_id = run_id

    def event(self, name: str, message: str, level: str = "info", **fields: int) -> None:
        """Write one event. Its texts need no escaping."""
        if self._quiet and level == "info":
            return
        if self._form == "console":
            line = f"\x1b[{33 if level == 'warning' else 32}m{name:<16}\x1b[0m {message}"
        else:
            seconds, milliseconds = divmod(time.time_ns() // 1_000_000, 1000)
            moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
            line = (
                f'{{"time": "{moment}.{milliseconds:03d}Z", "level": "{level}", "event": "{name}", '
                f'"stage": "drain", "message": "{message}", "run_id": "{self._run_id}"'
            )
            line += "".join(f', "{key}": {number}' for key, number in fields.items()) + "}"
        with suppress(OSError):
            if _is_read():
                os.write(2, f"{line}\n".encode())


def _is_read() -> bool:
    """Return whether a line can be written without waiting for long: nobody may read it."""
    stderr = select.poll()
    stderr.register(2, select.POLLOUT)
    return bool(stderr.poll(_PATIENCE_MS))
