"""What a refusal tells to do."""

from dataclasses import dataclass
from typing import Any

from bootctl.boot import refusals
from bootctl.database.state import Difference, History, Revision
from bootctl.migrate.inspection import Comparison


@dataclass(frozen=True)
class Migrations:
    """What a refusal needs of a backend."""

    name: str = "alembic"

    def history(self) -> History:
        return History((Revision("a1", "users", "a1.py"),), ("a1",))

    def new_migration(self, message: str, apps: tuple[str, ...] = ()) -> str:
        return "alembic revision --autogenerate"


def test_ways_out_are_sentences_of_their_own() -> None:
    found = (Difference("missing table", "users"), Difference("unexpected table", "audit"))
    backend: Any = Migrations()
    hint = refusals.drift(backend, Comparison(found)).hint
    assert "alembic revision --autogenerate. Leave tables of others out" in hint
    assert hint.endswith("drops all of them.")
    only = refusals.drift(backend, Comparison(found[:1])).hint
    assert only.endswith("alembic revision --autogenerate")
