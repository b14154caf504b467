"""The options of every command whose result is text for a person, or JSON."""

import functools
from collections.abc import Callable
from typing import Any

import click

_OPTIONS = (
    click.option("--json", "as_json", is_flag=True, help="Print JSON, as --format json."),
    click.option(
        "--format",
        "form",
        type=click.Choice(["text", "json"]),
        help="How to print the result; text by default.",
    ),
)


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``command`` with the options: it gets ``as_json``, which is ``None`` where neither was given."""

    @functools.wraps(command)
    def printing(*positional: Any, as_json: bool, form: str | None, **given: Any) -> Any:
        if as_json and form == "text":
            raise click.UsageError("--json and --format text exclude each other.")
        chosen = None if form is None and not as_json else as_json or form == "json"
        return command(*positional, as_json=chosen, **given)

    for option in reversed(_OPTIONS):
        printing = option(printing)
    return printing
