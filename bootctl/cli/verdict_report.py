"""The verdict of a check on stdout, in the format that was asked for."""

import os

from bootctl.cli import results
from bootctl.cli.reports import text
from bootctl.cli.reports.formats import RENDERERS
from bootctl.output import log, screen
from bootctl.output.redact import redactor
from bootctl.verify.policy import Verdict


def show(verdict: Verdict, form: str) -> None:
    """Print ``verdict`` as ``form``; where the log is on the same terminal, each difference once."""
    told = verdict.told(redactor.result)
    if form != "text":
        results.echo(RENDERERS[form](told))
    elif results.is_seen():
        screen.attached().listed()
        results.echo(results.drawn("drift", told))
    else:
        once = log.is_on_terminal() and os.isatty(1)
        results.echo((text.beside_the_log if once else text.render)(told))
