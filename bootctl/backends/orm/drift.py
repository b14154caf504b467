"""The live schema of one connection against its models."""

from bootctl.backends.orm.connection import Live
from bootctl.backends.orm.expected import build
from bootctl.schema.compare import Diff, changed_defaults, compare, default_text
from bootctl.schema.differences import difference
from bootctl.state import Difference

VERSION_TABLES = frozenset({"aerich", "tortoise_migrations"})
"""Tables that are their tool's own affair."""


async def differences(live: Live) -> list[Difference]:
    """What the database behind ``live`` lacks or has too much, compared with the models."""
    found = await against(live, live.models.ddl)
    return [difference(diff) for diff in await _without_python_defaults(live, found)]


async def against(live: Live, ddl: str) -> list[Diff]:
    """What differs from what ``ddl`` makes."""
    hidden = VERSION_TABLES | live.models.unmanaged
    expected = await build(live, ddl)
    for name in hidden & expected.tables.keys():
        expected.remove(expected.tables[name])
    return await live.connection.run_sync(compare, expected, hidden)


async def _without_python_defaults(live: Live, diffs: list[Diff]) -> list[Diff]:
    """Without the defaults that Aerich, or an older Tortoise, wrote because the models have them."""
    suspects = list(changed_defaults(diffs))
    if not suspects or live.models.ddl_with_defaults == live.models.ddl:
        return diffs
    tables = (await build(live, live.models.ddl_with_defaults)).tables
    accepted = [
        diff
        for diff, table, column, live_default in suspects
        if default_text(tables[table].columns[column].server_default) == live_default
    ]
    return [diff for diff in diffs if diff not in accepted]
