"""``database.url`` in the forms that other tools write it in, for projects of Tortoise's."""

from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.projects.kits import AERICH, TORTOISE, Kit

FORMS = ["postgres://{}", "postgresql://{}", "asyncpg://{}"]
OPTIONS = ["", "?sslmode=disable", "?ssl=false", "?sslmode=prefer"]


@pytest.mark.parametrize("kit", [AERICH, TORTOISE], ids=lambda kit: kit.name)
@pytest.mark.parametrize("form", [FORMS[0] + option for option in OPTIONS] + FORMS[1:])
def test_it_is_where_the_project_is_migrated(
    tmp_path: Path, postgresql: Database, kit: Kit, form: str
) -> None:
    kit.project(tmp_path, Database("postgresql", "elsewhere", "127.0.0.1", 1, "nobody"))
    place = postgresql.tortoise_url.partition("://")[2]
    result = bootctl("migrate", cwd=tmp_path, env={"BOOTCTL__DATABASE__URL": form.format(place)})
    assert result.code == 0, result.stderr
    assert "users" in postgresql.tables()


@pytest.mark.parametrize("kit", [AERICH, TORTOISE], ids=lambda kit: kit.name)
def test_several_hosts_in_one_text_are_no_name_that_may_resolve(tmp_path: Path, kit: Kit) -> None:
    kit.project(tmp_path, "postgres://app@h1,h2:5432/app")
    result = bootctl("migrate", cwd=tmp_path)
    assert result.code == 3, result.stderr
    assert 'connection "default" names several hosts in one text' in result.verdict["message"]
