"""What a command prints on stdout: values without secrets, that are rendered after that."""

import os
from collections.abc import Callable
from typing import Any

import click


def show(value: Any, text: Callable[[Any], str] | None) -> None:
    """Print ``value`` as JSON, or as the ``text`` that is made of it; of nothing, no line."""
    from bootctl.output import printable
    from bootctl.output.redact import redactor

    masked = redactor.result(value)
    if text is None:
        click.echo(printable.as_json(masked, indent=2))
    elif masked:
        click.echo(printable.harmless(text(printable.cells(masked))))


def show_source(text: str) -> None:
    """Print what a program reads, such as SQL; a terminal gets nothing that commands it."""
    from bootctl.output import printable

    click.echo(printable.lines(text) if os.isatty(1) else text)
