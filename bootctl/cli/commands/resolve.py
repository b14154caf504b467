"""``bootctl resolve``: it shows what it is about to do, and asks, before it does it."""

import os
from typing import TYPE_CHECKING, Any

import click

from bootctl.cli import completing, results
from bootctl.cli.commands import printing
from bootctl.cli.commands.command import command

if TYPE_CHECKING:
    from bootctl.boot.resolve.resolution import Resolution

_WAYS = {
    "forward": "Finish the half applied REVISION, and record it as applied.",
    "back": "Undo what there is of the half applied REVISION.",
    "accept": "Accept that the file of the applied REVISION is another now, or gone.",
    "baseline": "Record REVISION, or head, in a database that was made without migrations.",
}


def _options(function: Any) -> Any:
    for way, said in reversed(_WAYS.items()):
        function = click.option(
            f"--{way}", metavar="REVISION", help=said, shell_complete=completing.revisions
        )(function)
    return function


@command("resolve")
@_options
@click.option("--yes", is_flag=True, help="Do it without asking, as scripts have to.")
@printing.options
def resolve(invocation: Any, yes: bool, as_json: bool | None, **ways: str | None) -> None:
    """Take a way out that a verdict names. It is shown first, and confirmed."""
    asked = {way: revision for way, revision in ways.items() if revision}
    if len(asked) != 1:
        raise click.UsageError("Give one of --forward, --back, --accept and --baseline.")
    if as_json and not yes:
        raise click.UsageError("--json goes with --yes.")
    from bootctl.boot.resolve.resolution import Wanted, Way
    from bootctl.boot.resolve.resolve import resolve as do
    from bootctl.cli.reports import resolution as report

    [(way, revision)] = asked.items()
    wanted = Wanted(Way(way), revision)

    def confirm(found: "tuple[Resolution, ...]") -> None:
        shown = report.document(wanted, found)
        results.show(shown, None if as_json else report.text, "resolution")
        if found and not yes:
            _ask()

    done = do(invocation, wanted, confirm)
    if done and not as_json:
        results.echo(f"done: {', '.join(dict.fromkeys(item.after for item in done))}")


def _ask() -> None:
    """Raise ``UsageError`` unless a person at a terminal says yes."""
    from bootctl.errors import UsageError

    hint = "Nothing was done. With --yes it is done without asking."
    if not os.isatty(0):
        raise UsageError("there is no terminal to confirm this at", hint=hint)
    if not click.confirm("Do this now?", err=True):
        raise UsageError("it was not confirmed", hint=hint)
