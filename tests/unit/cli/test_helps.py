"""What ``--help`` says of every command is true of it."""

import shlex

import click
import pytest

from bootctl.cli.commands.helps import HELPS, variable
from bootctl.cli.commands.tree import cli
from bootctl.config.settings import keys
from bootctl.errors import ExitCode

EXAMPLES = [(name, example) for name, found in HELPS.items() for example, _ in found.examples]


def test_every_command_has_its_help() -> None:
    assert HELPS.keys() == cli.commands.keys()


def test_all_commands_are_listed_in_whole_sentences() -> None:
    listed = cli.get_help(click.Context(cli, terminal_width=80)).partition("Commands:\n")[2]
    lines = [line.split(maxsplit=1) for line in listed.splitlines()]
    assert [name for name, _ in lines] == list(HELPS)
    assert all(told.endswith(".") and not told.endswith("...") for _, told in lines)


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_an_example_can_be_typed(name: str, example: str) -> None:
    words = shlex.split(example.removeprefix('eval "$(').removesuffix(')"'))
    assert words[:2] == ["bootctl", name]
    cli.commands[name].make_context(name, words[2:], parent=click.Context(cli))


@pytest.mark.parametrize("name", HELPS)
def test_codes_and_settings_are_there(name: str) -> None:
    known = {key for key, _ in keys()}
    assert known >= set(HELPS[name].settings)
    text = cli.commands[name].get_help(click.Context(cli.commands[name], info_name=name))
    for code in HELPS[name].codes:
        assert f"  {code} " in text
        assert ExitCode(code).meaning.split(",")[0][:30] in " ".join(text.split())
    assert all(variable(key) in text for key in HELPS[name].settings)
    assert "Examples:" in text
