"""The manual says what the code does: what it names exists, and what exists is named."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import bootctl
from bootctl.cli import topics
from bootctl.cli.commands.tree import cli
from bootctl.config.secret import Secret
from bootctl.config.settings import keys, variable
from bootctl.errors import ExitCode
from bootctl.output.events import EVENTS, is_documented
from tests.support import docs, manual
from tests.support.manual import PAGES, name
from tests.support.paths import ROOT

PACKAGE = Path(bootctl.__file__).parent
KEYS = {key for key, _ in keys()}
ROOMS_OF_EVENTS = {event.partition(".")[0] for event in EVENTS}
GROUPS = {key.partition(".")[0] for key in KEYS if "." in key}
NO_NAME = re.compile(r"log\.(event|stage)$|.*\.(ini|py|toml)$")
"""What is written like a setting or an event, and is a function or a file."""
OTHERS_OPTIONS = {
    "--build-arg": "docker",
    "--cap-drop": "docker",
    "--checksum": "ADD of a Dockerfile",
    "--dev": "robyn",
    "--format": "docker, too",
    "--network": "docker",
    "--password": "an example of a secret's name",
    "--processes": "robyn",
    "--publish": "docker",
    "--secret": "docker",
    "--workers": "robyn",
}
"""Options that pages name of other programs."""
each_page = pytest.mark.parametrize("page", PAGES, ids=name)


def options(command: click.Command) -> set[str]:
    return {option for item in command.params for option in (*item.opts, *item.secondary_opts)} | {
        "--help",
        "-h",
    }


ALL_OPTIONS = {option for command in cli.commands.values() for option in options(command)}


@pytest.mark.parametrize("page", docs.PAGES, ids=name)
def test_tables_are_the_code_s(page: Path) -> None:
    text = page.read_text()
    assert docs.rewritten(text) == text, "run: python -m tests.support.docs"


@pytest.mark.parametrize("table", docs.TABLES)
def test_every_table_is_there(table: str) -> None:
    assert [page for page in docs.PAGES if f"<!-- {table} -->" in page.read_text()]


def test_the_readme_is_read_in_ten_minutes() -> None:
    text = docs.README.read_text()
    assert len(text.splitlines()) <= 150
    assert len(text.split()) < 1500
    assert "docs/pipeline.svg" in text


def shown_commands(page: Path) -> Iterator[str]:
    """Each ``bootctl`` command that a page names or shows."""
    for code in manual.codes(page):
        if re.match(r"bootctl [a-z]", code):
            yield code
    for block in manual.blocks(page):
        for command in block.commands():
            yield from re.findall(r"(?:^|&& |env )(?:\w+=\S+ )*(bootctl [a-z-].*)", command.line)


@each_page
def test_every_command_and_option_that_is_named_exists(page: Path) -> None:
    for line in shown_commands(page):
        words = line.split(" -- ")[0].split()
        named = re.sub(r"\W+$", "", words[1])
        if named in ("on", "is", "checks"):  # of a sentence in code
            continue
        assert named in cli.commands or words[1].startswith("--"), line
        known = options(cli.commands[named]) if named in cli.commands else {"--version", "--help"}
        for word in re.findall(r"(?<=\s)--[a-z][a-z-]*", " ".join(words)):
            assert word in known, line


def test_every_command_and_option_is_in_the_reference() -> None:
    text = (ROOT / "docs/reference/commands.md").read_text()
    for named, command in cli.commands.items():
        section = text.partition(f"### `bootctl {named}`")[2].partition("\n### ")[0]
        assert section, named
        for item in command.params:
            if isinstance(item, click.Option) and not item.hidden:
                assert item.opts[0] in section, f"{named} {item.opts}"


@each_page
def test_an_option_that_is_named_alone_exists(page: Path) -> None:
    for code in manual.codes(page):
        found = re.match(r"--[a-z][a-z-]*", code)
        if found:
            assert found[0] in ALL_OPTIONS or found[0] in OTHERS_OPTIONS, code


@each_page
def test_every_setting_and_event_that_is_named_exists(page: Path) -> None:
    for code in manual.codes(page):
        found = re.match(r"([a-z]+\.[a-z_]+)(?:$|=| =)", code)
        if found and found[1].partition(".")[0] in ROOMS_OF_EVENTS | GROUPS:
            known = found[1] in KEYS or is_documented(found[1])
            assert known or NO_NAME.match(found[1]), code


@each_page
def test_every_variable_of_ours_that_is_named_exists(page: Path) -> None:
    known = {variable(key) for key in KEYS}
    secrets = (key for key, setting in keys() if setting.type is Secret)
    known |= {f"{variable(key)}_FILE" for key in secrets}
    for named in re.findall(r"\bBOOTCTL__[A-Z_]+\b", page.read_text()):
        assert named in known


@each_page
def test_every_exit_code_that_is_named_exists(page: Path) -> None:
    said = re.findall(
        r"(?:exit code |exits? |ends? with |Exit code |^exit )(\d+)\b", manual.prose(page)
    )
    for number in map(int, said):
        assert number in set(ExitCode) or number > 128, number


def test_every_setting_event_and_exit_code_is_in_the_reference() -> None:
    settings, events, codes = (
        (ROOT / f"docs/reference/{page}.md").read_text()
        for page in ("settings", "events", "exit-codes")
    )
    assert all(f"| `{key}` |" in settings for key in KEYS)
    assert all(f"| `{event}` |" in events for event in EVENTS)
    assert all(f"| {int(code)} | {code.meaning} |" in codes for code in ExitCode)
    assert set(topics.REMEDIES) == set(ExitCode)


def test_every_event_in_the_code_is_documented() -> None:
    names = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            called = isinstance(node, ast.Call) and ast.unparse(node.func) in ("log.event", "event")
            if called and node.args and isinstance(node.args[0], ast.Constant):
                names.add(node.args[0].value)
    assert len(names) > 10
    assert all(is_documented(name) for name in names), names


@pytest.mark.parametrize("event", EVENTS)
def test_an_example_has_the_fields_that_are_documented(event: str) -> None:
    line = topics.examples()[event]
    common = ["time", "level", "event", "stage", "message", "run_id"]
    assert list(line)[: len(common)] == common
    if event != "boot.failed":  # a verdict has fields of its own
        assert line.keys() - set(common) <= set(EVENTS[event][1])
