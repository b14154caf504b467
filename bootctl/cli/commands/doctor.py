"""``bootctl doctor``: it needs no settings that are valid, and tells those that are not."""

from typing import Any

from bootctl.cli import given_settings, process, results
from bootctl.cli.commands import printing
from bootctl.cli.commands.command import cli, options
from bootctl.cli.commands.helps import Command
from bootctl.cli.entering import enter


@cli.command("doctor", cls=Command)
@options
@given_settings.flags
@printing.options
def doctor(
    project: str,
    assignments: tuple[str, ...],
    quiet: bool,
    verbose: bool,
    as_json: bool | None,
    **named: Any,
) -> None:
    """Tell what is wrong with this set-up, and what mends it. Writes nothing."""
    process.begin(moving=not quiet)
    from bootctl.boot.doctor.examination import examine
    from bootctl.cli.reports import doctor as report
    from bootctl.config.settings import Log
    from bootctl.output import log

    root = enter(project)
    log.setup(Log(level="debug" if verbose else "error"))  # the page is what there is to say
    flags, _ = given_settings.of(assignments, quiet=False, verbose=False, **named)
    found = examine(root, process.ENVIRON, flags)
    with process.written_beside_verdict():
        results.show(report.document(found), None if as_json else report.text, "doctor")
    if found.first_error:
        raise report.verdict(found)
