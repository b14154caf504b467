"""The commands: what needs no parser is answered at once, or run, and the rest is click's ``tree``."""

import os
import sys


def main() -> None:
    """The console script. Ends the process with the exit code of ``errors.ExitCode``."""
    from bootctl.cli import at_once, completing, process

    at_once.attempt()
    from bootctl.cli import plain_run

    if completing.VARIABLE in os.environ:
        completing.prepare()
    elif words := plain_run.parsed(sys.argv[1:]):
        process.end(process.guarded(lambda: plain_run.run(words)))
    from bootctl.cli.commands.tree import cli

    process.end(process.guarded(lambda: cli.main(prog_name="bootctl", standalone_mode=False)))
