"""The commands: what needs no parser is answered at once, and the rest is click's ``tree``."""

import os


def main() -> None:
    """The console script. Ends the process with the exit code of ``errors.ExitCode``."""
    from bootctl.cli import at_once, completing, process

    at_once.attempt()
    if completing.VARIABLE in os.environ:
        completing.prepare()
    from bootctl.cli.commands.tree import cli

    process.end(process.guarded(lambda: cli.main(prog_name="bootctl", standalone_mode=False)))
