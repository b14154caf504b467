"""The commands and their options, for click: parses, calls ``boot``, prints."""

from typing import Any

import click

from bootctl.cli import completing, given_settings, process, results
from bootctl.cli.commands import check, doctor, explain, printing, resolve, tenants
from bootctl.cli.commands.command import cli, command, options
from bootctl.cli.commands.helps import Command
from bootctl.cli.entering import enter

__all__ = ["check", "cli", "doctor", "resolve"]


@command("run", context_settings={"allow_interspersed_args": False})
@given_settings.mode(*given_settings.MODES)
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[-- CMD...]")
def _run(invocation: Any, words: tuple[str, ...]) -> None:
    """Wait, migrate, verify, and become the server. CMD starts it (default: the Robyn app)."""
    from bootctl.boot.pipeline import run

    run(invocation, words)


@command("wait")
@click.argument("targets", nargs=-1, metavar="[TARGET...]", shell_complete=completing.targets)
@click.option(
    "--list", "listing", is_flag=True, help="List what is waited for, and why; do not wait."
)
@printing.options
def _wait(invocation: Any, targets: tuple[str, ...], listing: bool, as_json: bool | None) -> None:
    """Wait for the TARGETs, or for all that the service needs."""
    if as_json is not None and not listing:
        raise click.UsageError("--json and --format go with --list.")
    if not listing:
        from bootctl.boot.pipeline import wait

        wait(invocation, targets)
        return
    from bootctl.boot.looks import awaited
    from bootctl.cli.reports import awaited as report

    found = report.document(awaited(invocation, targets))
    results.show(found, None if as_json else report.text, "awaited")


@command("migrate")
@click.option("--plan", is_flag=True, help="List what is pending; change nothing.")
@click.option("--sql", is_flag=True, help="Print the statements; change nothing.")
@tenants.options("Migrate")
@printing.options
@given_settings.mode("apply", "wait")
def _migrate(invocation: Any, plan: bool, sql: bool, as_json: bool | None, **many: Any) -> None:
    """Wait, migrate to head, and verify."""
    from bootctl.boot.looks import planned, statements
    from bootctl.boot.pipeline import migrate
    from bootctl.output.redact import redactor

    if plan and sql:
        raise click.UsageError("--plan and --sql exclude each other.")
    if tenants.are_asked_for(**many, plan=plan, sql=sql):
        tenants.go_through(invocation, "migrate", many["shard"], as_json=bool(as_json))
        return
    if as_json is not None and not plan:
        raise click.UsageError("--json and --format go with --plan or --tenants.")
    if plan:
        from bootctl.cli.reports import plan as report

        report.show(planned(invocation), as_json=bool(as_json))
    elif sql:
        results.show_source(redactor.result(statements(invocation)).rstrip("\n"))
    else:
        migrate(invocation)


@command("status")
@tenants.options("Look at")
@printing.options
@click.option(
    "--exit-code",
    "judged",
    is_flag=True,
    help="Exit 0 only at head: 18 with migrations pending, 15 ahead, 16 broken, 17 dirty.",
)
def _status(invocation: Any, as_json: bool | None, judged: bool, **many: Any) -> None:
    """Print where the database stands relative to the code."""
    if tenants.are_asked_for(**many):
        command = "status --exit-code" if judged else "status"
        tenants.go_through(invocation, command, many["shard"], as_json=bool(as_json))
        return
    from bootctl.boot.looks import Status, status
    from bootctl.cli.reports import status as report

    def show(found: Status) -> None:
        with process.written_beside_verdict():
            results.show(report.document(found), None if as_json else report.text, "status")

    status(invocation, show, judged=judged)


@command("detect")
@printing.options
def _detect(invocation: Any, as_json: bool | None) -> None:
    """Print the backend and the evidence for it."""
    from bootctl.boot.find_orm import find_orm
    from bootctl.cli.reports import detected as report

    found = find_orm(invocation, thorough=True)
    results.show(report.document(found), None if as_json else report.text, "detected")


@command("config")
@printing.options
def _config(invocation: Any, as_json: bool | None) -> None:
    """Print every setting, and where its value came from. Secrets are masked."""
    from bootctl.cli.reports import config as report
    from bootctl.config.settings import keys
    from bootctl.config.sources import shown

    table = {
        key: {
            "value": shown(invocation.loaded.settings, key),
            "source": invocation.loaded.origins[key],
        }
        for key, _ in keys()
    }
    results.show(table, None if as_json else report.text, "config")


@command("init")
@click.argument(
    "kinds",
    nargs=-1,
    type=click.Choice(["docker", "compose", "make", "ci", "k8s"]),
    metavar="[docker|compose|make|ci|k8s]...",
)
@click.option("--overwrite", is_flag=True, help="Change files that are there and differ.")
@click.option("--diff", "dry", is_flag=True, help="Show what would change; write nothing.")
def _init(invocation: Any, kinds: tuple[str, ...], overwrite: bool, dry: bool) -> None:
    """Write entrypoint files into the project, fitted to it. Without a kind, list them."""
    from bootctl.init import scaffold

    if kinds:
        show = process.written_beside_verdict()(results.show_source)
        scaffold.init(invocation, kinds, show, overwrite=overwrite, dry=dry)
    else:
        click.echo(scaffold.overview())


@cli.command("receipt", cls=Command)
@click.option("--sealed", is_flag=True, help="Nothing changes a file after this, as in an image.")
@options
def _receipt(project: str, sealed: bool, **_: Any) -> None:
    """Write the hashes of the project's files. Boots with a receipt then read fewer of them."""
    process.begin()  # an image is built without what the settings need where it runs
    from bootctl.boot.receipts import hashing
    from bootctl.boot.receipts.hashes import NAME

    click.echo(f"{NAME} has the hashes of {hashing.write(enter(project), sealed=sealed)} files")


@cli.command("completion", cls=Command)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@options
def _completion(shell: str, **_: Any) -> None:
    """Print the completion script of SHELL."""
    from click.shell_completion import get_completion_class

    completing.prepare()
    found = get_completion_class(shell)
    assert found is not None  # click has all three
    click.echo(found(cli, {}, "bootctl", completing.VARIABLE).source())


cli.add_command(explain.help_)
