"""What every command is: its options, and what is done before it is called."""

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from bootctl import __version__
from bootctl.cli import completing, given_settings, process
from bootctl.cli.commands.helps import Command, Commands
from bootctl.errors import ExitCode, UsageError


def enter(project: str) -> Path:
    """Return the project's directory, which is then the working directory."""
    try:
        root = Path(project).resolve()
        os.chdir(root)
        os.scandir(root).close()  # modules are not found in what cannot be listed
    except NotADirectoryError:
        reason = "is not a directory"
    except OSError as error:
        reason = f"cannot be entered: {error.strerror} (uid {os.getuid()})"
    else:
        return root
    raise UsageError(
        f"--project {project} {reason}",
        hint="Name the directory of the service, which this user can read.",
    )


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
            from bootctl.config.pydantic_internals import without_plugins

            with without_plugins():
                from bootctl.config import sources
            from bootctl.config.invocation import TENANT, Invocation
            from bootctl.output import log, weak_secrets

            root = enter(project)
            with log.stage("settings"):
                settings, given = given_settings.of(
                    assignments, quiet=quiet, verbose=verbose, **given
                )
                loaded = sources.load(root, settings)
                if TENANT in process.ENVIRON:
                    from bootctl.boot.tenants import single

                    loaded = single.loaded(root, loaded, process.ENVIRON)
                log.setup(loaded.settings.log)
                weak_secrets.tell()
            function(Invocation(root, loaded, process.ENVIRON), **given)

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
