"""The models against the migration files, as Tortoise itself compares them."""

from collections.abc import Iterator
from typing import Any

from tortoise import Tortoise
from tortoise.migrations.autodetector import MigrationAutodetector

from bootctl.database.state import Difference

_KINDS = {
    "CreateModel": "missing table",
    "DeleteModel": "unexpected table",
    "AddField": "missing column",
    "RemoveField": "unexpected column",
    "AlterField": "changed column",
    "AddIndex": "missing index",
    "RemoveIndex": "unexpected index",
    "AddConstraint": "missing constraint",
    "RemoveConstraint": "unexpected constraint",
}


async def differences(apps: dict[str, Any]) -> tuple[Difference, ...]:
    """Return what the files of ``apps`` lack or have too much. Needs no database."""
    assert Tortoise.apps is not None  # it is initialised
    writers = await MigrationAutodetector(Tortoise.apps, apps).changes()
    return tuple(item for writer in writers for item in _of(writer))


def _of(writer: Any) -> Iterator[Difference]:
    for operation in writer.operations:
        kind = _KINDS.get(type(operation).__name__, "changed table")
        model = getattr(operation, "model_name", None)
        own = getattr(operation, "name", None)
        name = ".".join(str(part) for part in (writer.app_label, model, own) if part)
        yield Difference(kind, name, operation.describe())
