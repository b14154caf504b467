"""The options of every command that set a setting, some of them by another name."""

from collections.abc import Callable, Iterable
from typing import Any

import click

from bootctl.cli import completing

_OPTIONS = (
    click.option(
        "--set",
        "assignments",
        metavar="KEY=VALUE",
        multiple=True,
        shell_complete=completing.assignments,
        help="Set a setting.",
    ),
    click.option("-q", "--quiet", is_flag=True, help="Say nothing but a result, or what failed."),
    click.option("-v", "--verbose", is_flag=True, help="Say all: log.level is debug."),
)
FLAGS = {
    "database_url": "database.url",
    "timeout": "wait.timeout",
    "log_level": "log.level",
    "log_format": "log.format",
}
"""The parameters that are settings, and which."""
_FLAGS = (
    click.option(
        "--database-url",
        metavar="URL",
        help="Set database.url. Who lists processes sees a password in it: a variable is better.",
    ),
    click.option("--timeout", metavar="DURATION", help="Set wait.timeout, such as 30s or 5m."),
    click.option(
        "--log-level",
        type=click.Choice(["debug", "info", "warning", "error"], case_sensitive=False),
        help="Set log.level.",
    ),
    click.option(
        "--log-format", type=click.Choice(["json", "console", "auto"]), help="Set log.format."
    ),
)
MODES = {
    "apply": "migrate.mode",
    "wait": "migrate.mode",
    "cached": "verify.mode",
    "full": "verify.mode",
    "exec": "server.mode",
    "drain": "server.mode",
}
"""What ``--mode`` may be, and the setting that has this value: ``off`` would be two of them."""


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``command`` with the options that every command takes."""
    return _with(_OPTIONS, command)


def flags(command: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``command`` with the options that are settings by another name."""
    return _with(_FLAGS, command)


def mode(*known: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return what gives a command ``--mode``, which may be one of ``known``; several are."""
    return click.option(
        "--mode",
        "modes",
        type=_Mode(known),
        multiple=True,
        metavar="|".join(known),
        help=f"Set {_enumerated(dict.fromkeys(MODES[name] for name in known))}, by its value.",
    )


class _Mode(click.Choice):  # type: ignore[type-arg]  # click 8.1 has no such argument
    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        if value == "off":
            self.fail(
                "off is of two settings: --set migrate.mode=off or --set verify.mode=off.",
                param,
                ctx,
            )
        chosen: str = super().convert(value, param, ctx)
        return chosen


def of(
    assignments: Iterable[str], *, quiet: bool, verbose: bool, **named: Any
) -> tuple[dict[str, str], dict[str, Any]]:
    """Return what the options set, and the rest of ``named``; ``--set`` is strongest.

    Raises click's errors for what is no setting.
    """
    if quiet and verbose:
        raise click.UsageError("--quiet and --verbose exclude each other.")
    level = {"log.level": "error" if quiet else "debug"} if quiet or verbose else {}
    given = {key: named.pop(name, None) for name, key in FLAGS.items()}
    flagged = {key: value for key, value in given.items() if value is not None}
    modes = _of_modes(named.pop("modes", ()))
    return {**level, **flagged, **modes, **dict(map(_key_value, assignments))}, named


def _of_modes(values: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for value in values:
        if found.setdefault(MODES[value], value) != value:
            raise click.UsageError(f"--mode {found[MODES[value]]} and {value} exclude each other.")
    return found


def _key_value(item: str) -> tuple[str, str]:
    key, equals, value = item.partition("=")
    if not equals:
        raise click.BadParameter(f"{item} is not KEY=VALUE", param_hint="--set")
    return key, value


def _with(found: Iterable[Any], command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed([*found]):
        command = option(command)
    return command


def _enumerated(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last
