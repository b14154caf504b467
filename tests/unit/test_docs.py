"""The README says what the code does."""

import ast
import re
from pathlib import Path

import click
import pytest

import bootctl
from bootctl.cli.commands.tree import cli
from bootctl.output.events import is_documented
from tests.support import docs

PACKAGE = Path(bootctl.__file__).parent
README = docs.README.read_text()


def test_tables_are_the_code_s() -> None:
    assert docs.rewritten(README) == README, "run: python -m tests.support.docs"


@pytest.mark.parametrize("name", docs.TABLES)
def test_every_table_is_there(name: str) -> None:
    assert f"<!-- {name} -->" in README


def test_every_command_is_named() -> None:
    for name in cli.commands:
        assert f"`bootctl {name}" in README


def test_every_command_and_option_in_the_readme_exists() -> None:
    for line in re.findall(r"`bootctl ([a-z]+[^`]*)`", README):
        name, *words = line.split()
        command = cli.commands[name]
        known = {
            option
            for item in command.params
            for option in item.opts
            if isinstance(item, click.Option)
        }
        for word in re.findall(r"--[a-z][a-z-]*", " ".join(words).split(" -- ")[0]):
            assert word in known, line


def test_every_event_in_the_code_is_documented() -> None:
    names = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            called = isinstance(node, ast.Call) and ast.unparse(node.func) in ("log.event", "event")
            if called and node.args and isinstance(node.args[0], ast.Constant):
                names.add(node.args[0].value)
    assert len(names) > 10
    assert all(is_documented(name) for name in names), names
