"""What a command prints on stdout: values without secrets, that are rendered after that."""

import os
from collections.abc import Callable
from importlib import import_module
from typing import Any

import click


def show(value: Any, text: Callable[[Any], str] | None, screen: str = "") -> None:
    """Print ``value`` as JSON, or as the ``text`` that is made of it; of nothing, no line.

    At a terminal it is printed by the module of ``screens`` that ``screen`` names.
    """
    from bootctl.output import printable
    from bootctl.output.redact import redactor

    masked = redactor.result(value)
    if text is None:
        echo(printable.as_json(masked, indent=2))
    elif screen and is_seen():
        echo(drawn(screen, masked))
    elif masked:
        echo(printable.harmless(text(printable.cells(masked))))


def is_seen() -> bool:
    """Return whether a person sees stdout on a terminal."""
    from bootctl.output import display

    return display.is_screen(1)


def drawn(screen: str, value: Any) -> str:
    """Return ``value``, which holds no secret, as a module of ``screens`` draws it."""
    canvas = import_module("bootctl.cli.screens.canvas")
    rendered: str = canvas.rendered(import_module(f"bootctl.cli.screens.{screen}").render(value))
    return rendered


def echo(text: str) -> None:
    """Print a result where nothing moves, and in no group of lines that can be folded away."""
    from bootctl.output import log

    log.rest()
    click.echo(text)


def show_source(text: str) -> None:
    """Print what a program reads, such as SQL; a terminal gets nothing that commands it."""
    from bootctl.output import printable

    echo(printable.lines(text) if os.isatty(1) else text)
