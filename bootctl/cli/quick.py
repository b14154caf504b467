"""``bootctl run`` where a receipt says that all is as it was verified: no click, no settings, no ORM.

Whatever is unusual is left to the ordinary command, which begins as if nothing had been tried.
"""

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from bootctl.cli import process
from bootctl.cli.plain_run import Words, parsed
from bootctl.output import early, held

_MODE = "BOOTCTL__VERIFY__MODE"
"""With another one than the default no receipt is looked for, wherever else settings are."""

_TENANT = "BOOTCTL_TENANT"
"""With it, the settings say which database is meant, by more than a URL."""


def attempt() -> None:
    """Become the server, where a receipt holds; return where anything else has to be done."""
    words = parsed(sys.argv[1:])
    if (
        words is None
        or words.migrates
        or os.environ.get(_MODE, "cached") != "cached"
        or _TENANT in os.environ
    ):
        return
    with suppress(Exception):  # whatever it is, the ordinary command says it
        before = os.getcwd()
        try:
            _become(words)
        finally:
            held.LOGGER.forget()
            os.chdir(before)


def _become(words: Words) -> None:
    from bootctl.boot.receipts import launching
    from bootctl.output.redact import redactor

    root = Path(words.project).resolve()
    os.chdir(root)
    os.scandir(root).close()
    for word in sys.argv:
        redactor.add_source(word)
    redactor.add_words(sys.argv[1:])
    ready = launching.prepared(root, process.ENVIRON, words.given)
    if ready is None or signal.sigpending() & {*early.SIGNALS}:
        return
    process.end(process.guarded(ready))
