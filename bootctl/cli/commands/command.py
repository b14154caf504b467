"""What every command is: its options, and what is done before it is called."""

import functools
from collections.abc import Callable
from typing import Any

import click

from bootctl import __version__
from bootctl.cli import completing, given_settings, process
from bootctl.cli.commands.helps import Command, Commands
from bootctl.cli.entering import enter, invocation
from bootctl.errors import ExitCode


def options(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that every command takes."""
    return click.option(
        "--project",
        default=".",
        show_default=True,
        metavar="PATH",
        shell_complete=completing.folders,
        help="The service's project.",
    )(given_settings.options(function))


def command(name: str, **attributes: Any) -> Callable[[Callable[..., None]], click.Command]:
    """Return a command that needs the settings: it is called with an ``Invocation``."""

    def decorate(function: Callable[..., None]) -> click.Command:
        @functools.wraps(function)
        def entered(
            project: str,
            assignments: tuple[str, ...],
            quiet: bool,
            verbose: bool,
            **given: Any,
        ) -> None:
            process.begin(moving=not quiet)
            from bootctl.output import log

            root = enter(project)
            with log.stage("settings"):
                flags, given = given_settings.of(assignments, quiet=quiet, verbose=verbose, **given)
                called = invocation(root, flags)
            function(called, **given)

        return cli.command(name, cls=Command, **attributes)(options(given_settings.flags(entered)))

    return decorate


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
)
@click.version_option(__version__, prog_name="bootctl", message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """The first process of a service's container: wait, migrate, verify, exec.

    Logs go to stderr, results to stdout. `bootctl config` shows every setting.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
        context.exit(ExitCode.USAGE)
