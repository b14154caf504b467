"""The manual page, ``bootctl.1``, made from the code: ``python -m tests.support.docs`` writes it."""

import re
from collections.abc import Iterable, Iterator

import click

from bootctl import __doc__ as summary
from bootctl import __version__
from bootctl.cli import topics
from bootctl.cli.commands.tree import cli
from bootctl.config.settings import keys, variable
from bootctl.errors import ExitCode
from tests.support.paths import ROOT

PAGE = ROOT / "bootctl/cli/bootctl.1"
_DESCRIPTION = (
    'bootctl takes a service from "image started" to "server running on a schema that is proved to '
    'match its code", or stops with one exit code and one sentence that says what to do next.',
    "Logs go to stderr, results to stdout. `bootctl help` explains each exit code, event and setting.",
)
_FILES = (
    ("pyproject.toml", "settings, under [tool.bootctl]"),
    (".env", "settings, as variables"),
    ("schema.lock", "what the migrations make, where `check --scratch --write` has written it"),
    ("/run/secrets", "secrets, a file each"),
    ("/dev/termination-log", "where the verdict of a failed boot is left, if the file exists"),
)


def page() -> str:
    """Return the page as roff."""
    return "\n".join([f'.TH BOOTCTL 1 "" "bootctl {__version__}"', *_sections(), ""])


def _sections() -> Iterator[str]:
    yield from (".SH NAME", f"bootctl \\- {_text((summary or '').strip().rstrip('.'))}")
    yield from (".SH SYNOPSIS", ".B bootctl", r"\fICOMMAND\fR [\fIOPTIONS\fR]")
    yield ".SH DESCRIPTION"
    for paragraph in _DESCRIPTION:
        yield from (".PP", _text(paragraph))
    yield ".SH COMMANDS"
    for name in cli.list_commands(click.Context(cli)):
        command = cli.commands[name]
        yield from _command(name, command)
    yield from (".SH EXIT STATUS", *_items(_codes()))
    yield from (
        ".SH ENVIRONMENT",
        _text("Each setting is a variable, and a key of [tool.bootctl]."),
    )
    yield from _items((variable(key), setting.description) for key, setting in keys())
    yield from (".SH FILES", *_items(_FILES))


def _command(name: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command)
    words = " ".join(command.collect_usage_pieces(context))
    yield from (f".SS bootctl {name} {_text(words)}", _text(command.help or ""))
    options = (item for item in command.params if isinstance(item, click.Option))
    records = (item.get_help_record(context) for item in options)
    yield from _items(record for record in records if record)


def _codes() -> Iterator[tuple[str, str]]:
    for code in ExitCode:
        yield str(int(code)), f"{code.meaning}. {topics.REMEDIES[code]}"
    yield "128+N", "ended by signal N."


def _items(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, said in pairs:
        yield from (".TP", rf"\fB{_text(name)}\fR", _text(said))


def _text(text: str) -> str:
    """Return ``text`` on one line, so that roff takes nothing in it for a request."""
    plain = re.sub(r"\s+", " ", text).strip().replace("\\", r"\e").replace("-", r"\-")
    marked = re.sub(r"`([^`]+)`", r"\\fB\1\\fR", plain)
    return rf"\&{marked}" if marked.startswith((".", "'")) else marked
