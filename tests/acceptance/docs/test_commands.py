"""Every command that the manual shows is run as it stands there, and prints what is shown."""

from collections.abc import Callable
from itertools import groupby
from pathlib import Path

import pytest

from tests.support.containers.entrypoints import run
from tests.support.databases.fresh import Database
from tests.support.manual import PAGES, Block, blocks, name
from tests.support.shown import PLACES, environment, is_shown

pytestmark = pytest.mark.slow

SHOWN = [
    pytest.param(list(found), id=f"{name(page)}: {place}")
    for page in PAGES
    for place, found in groupby(
        sorted((block for block in blocks(page) if block.place), key=lambda block: block.place),
        key=lambda block: block.place,
    )
]


@pytest.mark.parametrize("shown", SHOWN)
def test_commands_do_what_is_shown(
    tmp_path: Path, fresh_database: Callable[[str], Database], shown: list[Block]
) -> None:
    folder = tmp_path / "app"
    folder.mkdir()
    variables = PLACES[shown[0].place](folder, fresh_database)
    for block in shown:
        commands = block.commands()
        for command in commands:
            ran = run(command.line, folder, environment(variables))
            expected = block.code if command == commands[-1] else 0
            assert ran.code == expected, f"{command.line}\n{ran.output}"
            for line in filter(str.strip, command.shown):
                assert is_shown(line, ran.output), f"{line}\n--- is not in\n{ran.output}"


def test_every_project_is_used() -> None:
    assert {block.place for page in PAGES for block in blocks(page)} == {"", *PLACES}
