"""Which differences older code can work with."""

import json
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
    DefaultClause,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects import postgresql

from bootctl.boot.assess import assess
from bootctl.boot.context import Context
from bootctl.cli.reports.json import render
from bootctl.config.settings import Settings, Verify
from bootctl.database.state import Difference, Direction, WhenOmitted
from bootctl.database.url import parse
from bootctl.errors import DirectionError
from bootctl.migrate.inspection import Comparison, Database, Inspection
from bootctl.verify import omitted
from bootctl.verify.compatible import breaking, rulings
from bootctl.verify.differences import difference
from bootctl.verify.keys import Key, differences
from bootctl.verify.policy import DriftPolicy, Verdict

DIALECT = postgresql.dialect()

NULL, DEFAULT, DISTINCT = WhenOmitted.NULL, WhenOmitted.DEFAULT, WhenOmitted.DISTINCT


def column(name: str, when_omitted: WhenOmitted | None) -> Difference:
    return Difference("unexpected column", f"users.{name}", "INTEGER", when_omitted)


def default(when_omitted: WhenOmitted | None) -> Difference:
    return Difference("changed default", "users.level", "1 -> 2", when_omitted)


def key(kind: str, *columns: str, table: str = "users") -> Difference:
    binds = tuple(f"{table}.{name}" for name in columns)
    return Difference(kind, f"{table}.key", ", ".join(columns), binds=binds)


TABLE = Difference("unexpected table", "posts")

COMPATIBLE = {
    "a new table": [TABLE],
    "a new table's unique index": [TABLE, key("unexpected index", "slug", table="posts")],
    "a comment": [Difference("changed comment", "users.email", "None -> mail")],
    "a table's comment": [Difference("changed table comment", "users")],
    "a column that takes NULL": [column("name", NULL)],
    "a column with a default": [column("name", DEFAULT)],
    "a column with an identity": [column("name", DISTINCT)],
    "a computed column": [column("name", WhenOmitted.COMPUTED)],
    "a new index": [key("unexpected index")],
    "an index that is gone": [key("missing index")],
    "another default": [default(DEFAULT)],
    "a default that is NULL": [default(NULL)],
    "a sequence": [default(DISTINCT)],
    "a key of NULLs": [column("tenant", NULL), key("unexpected constraint", "tenant")],
    "a key partly of NULLs": [
        column("tenant", NULL),
        key("unexpected constraint", "email", "tenant"),
    ],
    "a key of distinct values": [column("code", DISTINCT), key("unexpected index", "code")],
    "a reference of NULLs": [
        column("tenant", NULL),
        key("unexpected foreign key", "tenant", "email"),
    ],
    "a reference by default": [column("team", DEFAULT), key("unexpected foreign key", "team")],
    "a view": [Difference("unexpected view", "report")],
    "a function": [Difference("unexpected function", "total(integer)")],
    "a sequence of its own": [Difference("unexpected sequence", "numbers")],
    "an enum": [Difference("unexpected enum", "mood")],
    "an extension": [Difference("unexpected extension", "citext")],
    "a partition": [Difference("unexpected partition", "events_2027")],
    "a new table's trigger": [TABLE, Difference("unexpected trigger", "posts.log")],
    "a new table's check": [TABLE, Difference("unexpected check", "posts.positive")],
    "a new view's trigger": [
        Difference("unexpected view", "report"),
        Difference("unexpected trigger", "report.log"),
    ],
    "an index with another method": [
        Difference("changed index", "users.key", expected="columns: a", live="method: hash")
    ],
    "a plain index by its definition": [
        Difference("missing index", "users.key", expected="columns: a")
    ],
    "a label of an enum": [
        Difference(
            "changed enum", "mood", expected="labels: 'a', 'b'", live="labels: 'a', 'x', 'b'"
        )
    ],
    "a label of a type": [
        Difference("changed type", "users.mood", "mood ('a', 'b') -> mood ('a')")
    ],
    "a label of a MySQL type": [
        Difference("changed type", "users.mood", "ENUM('a','b, ''c') -> ENUM('a')")
    ],
    "a grant": [Difference("unexpected grant", "users to bob", live="privileges: INSERT, SELECT")],
    "more of a grant": [
        Difference(
            "changed grant",
            "users to bob",
            expected="privileges: SELECT",
            live="privileges: INSERT, SELECT",
        )
    ],
    "a comment of an index": [Difference("changed index comment", "users.key")],
    "how a column is stored": [Difference("changed storage", "users.email", "external -> none")],
}

INCOMPATIBLE = {
    "a table that is gone": Difference("missing table", "users"),
    "a column that is gone": Difference("missing column", "users.name"),
    "a key that is gone": key("missing constraint", "email"),
    "a unique index that is gone": key("missing index", "email"),
    "an index of which nothing is known": Difference("missing index", "users.key"),
    "a primary key that is gone": Difference("missing primary key", "users"),
    "a reference that is gone": key("missing foreign key", "team"),
    "another type": Difference("changed type", "users.email", "TEXT -> INTEGER"),
    "NULL": Difference("changed nullability", "users.email", "not null -> nullable"),
    "no NULL": Difference("changed nullability", "users.email", "nullable -> not null"),
    "a required column": column("name", WhenOmitted.NOTHING),
    "a column of which nothing is known": column("name", None),
    "no default": default(WhenOmitted.NOTHING),
    "a computed column": default(WhenOmitted.COMPUTED),
    "a default of which nothing is known": default(None),
    "a key of known columns": key("unexpected constraint", "email"),
    "a unique index of known columns": key("unexpected index", "email"),
    "a reference of known columns": key("unexpected foreign key", "email"),
    "a key of which nothing is known": Difference("unexpected constraint", "users.key"),
    "a primary key": Difference("unexpected primary key", "users", "code"),
    "an operation of a plugin": Difference("ReplaceViewOp", "view"),
    "a check": Difference("unexpected check", "users.positive"),
    "a check that is gone": Difference("missing check", "users.positive"),
    "an exclusion": Difference("unexpected exclusion", "users.no_overlap"),
    "a trigger": Difference("unexpected trigger", "users.log"),
    "a trigger that is gone": Difference("missing trigger", "users.log"),
    "another trigger": Difference("changed trigger", "users.log", "enabled: disabled -> none"),
    "a rule": Difference("unexpected rule", "users.log"),
    "a policy": Difference("unexpected policy", "users.own"),
    "row security": Difference("changed table row security", "users", "enabled -> none"),
    "a view that is gone": Difference("missing view", "report"),
    "another view": Difference("changed view", "report"),
    "another function": Difference("changed function", "total(integer)"),
    "a sequence that is gone": Difference("missing sequence", "numbers"),
    "another sequence": Difference("changed sequence", "numbers", "increment: 2 -> none"),
    "a label that is gone": Difference(
        "changed enum", "mood", expected="labels: 'a', 'b'", live="labels: 'a'"
    ),
    "labels in another order": Difference(
        "changed enum", "mood", expected="labels: 'a', 'b'", live="labels: 'b', 'a', 'c'"
    ),
    "another label": Difference("changed type", "users.mood", "mood ('a', 'c') -> mood ('a', 'b')"),
    "another enum": Difference("changed type", "users.mood", "other ('a', 'b') -> mood ('a')"),
    "a generated column": Difference("changed generated", "users.name", "none -> (a) stored"),
    "an identity": Difference("changed identity", "users.id", "none -> always"),
    "a collation": Difference("changed collation", "users.email", "C -> none"),
    "a partition that is gone": Difference("missing partition", "events_2027"),
    "an extension that is gone": Difference("missing extension", "citext"),
    "another version of an extension": Difference("changed extension", "citext", "version: 1 -> 2"),
    "another unique index": Difference(
        "changed index", "users.key", expected="columns: a", live="columns: a\nunique: yes"
    ),
    "a grant that is gone": Difference("missing grant", "users to bob", expected="privileges: ALL"),
    "less of a grant": Difference(
        "changed grant",
        "users to bob",
        expected="privileges: INSERT, SELECT",
        live="privileges: SELECT",
    ),
    "a grant that is taken away": Difference(
        "unexpected grant", "total() to PUBLIC", live="default: EXECUTE\nprivileges: none"
    ),
    "an unlogged table": Difference("changed table persistence", "users", "unlogged -> none"),
    "an event": Difference("unexpected event", "nightly"),
}


@pytest.mark.parametrize("found", COMPATIBLE.values(), ids=COMPATIBLE)
def test_what_older_code_can_work_with(found: list[Difference]) -> None:
    assert breaking(found) == []
    assert all(item.harmless and item.why for item in rulings(found))


@pytest.mark.parametrize("found", INCOMPATIBLE.values(), ids=INCOMPATIBLE)
def test_what_older_code_cannot_work_with(found: Difference) -> None:
    [(item, reason)] = breaking([found, TABLE])
    assert item == found
    assert reason


@pytest.mark.parametrize(
    ("when_omitted", "kind", "columns"),
    [
        (DEFAULT, "unexpected constraint", ("tenant",)),
        (DEFAULT, "unexpected constraint", ("email", "tenant")),
        (DEFAULT, "unexpected foreign key", ("email", "tenant")),
        (DISTINCT, "unexpected foreign key", ("tenant",)),
        (WhenOmitted.COMPUTED, "unexpected constraint", ("tenant",)),
        (WhenOmitted.COMPUTED, "unexpected foreign key", ("tenant",)),
    ],
)
def test_a_key_that_every_row_of_older_code_is_under(
    when_omitted: WhenOmitted, kind: str, columns: Sequence[str]
) -> None:
    constraint = key(kind, *columns)
    assert [item for item, _ in breaking([column("tenant", when_omitted), constraint])] == [
        constraint
    ]


def ahead(*found: Difference, compared: bool = True) -> Database:
    return Database(
        url=parse("postgresql://app:hidden@db/app"),
        transactional=True,
        direction=Direction.AHEAD,
        current=("a2",),
        applied=(),
        pending=(),
        unknown=("a2",),
        comparison=Comparison(found) if compared else None,
    )


def refuse(database: Database, *, ignore: Sequence[str] = (), on_ahead: str = "compatible") -> None:
    backend = SimpleNamespace(refusal=lambda inspection, found: None)
    loaded = SimpleNamespace(settings=Settings())
    policy = DriftPolicy(Verify(ignore=tuple(ignore)))
    context: Any = Context(SimpleNamespace(loaded=loaded), backend, policy)  # type: ignore[arg-type]
    assess(context, Inspection((database,)), on_ahead)


def test_the_error_names_what_and_why() -> None:
    found = tuple(Difference("missing column", f"users.c{number}") for number in range(7))
    with pytest.raises(DirectionError) as caught:
        refuse(ahead(*found, TABLE))
    error = caught.value
    assert error.exit_code == 15
    assert "missing column users.c0: the models need it" in error.message
    assert error.message.endswith("and 2 more")
    assert "hidden" not in error.message
    assert len(error.fields["incompatible"]) == 7
    assert error.fields["unknown"] == ["a2"]
    json.dumps(error.fields)


def test_what_is_accepted_does_not_count() -> None:
    column, table = INCOMPATIBLE["a column that is gone"], INCOMPATIBLE["a table that is gone"]
    refuse(ahead(column), ignore=[column.name])
    with pytest.raises(DirectionError) as caught:
        refuse(ahead(column, table), ignore=[column.name])
    assert caught.value.fields["incompatible"] == ["missing table users: the models need it"]


def test_a_database_that_was_not_compared_is_refused() -> None:
    with pytest.raises(DirectionError, match="not compared") as caught:
        refuse(ahead(compared=False))
    assert "BOOTCTL__VERIFY__MODE" in caught.value.hint


def test_without_the_setting_every_database_is_refused() -> None:
    with pytest.raises(DirectionError, match="which the code does not; it has unexpected table"):
        refuse(ahead(TABLE), on_ahead="fail")


@pytest.mark.parametrize(
    ("live", "when_omitted"),
    [
        (Column("a", Integer), NULL),
        (Column("a", Integer, nullable=False), WhenOmitted.NOTHING),
        (Column("a", Integer, nullable=False, server_default="1"), DEFAULT),
        (Column("a", Integer, server_default=text("1")), DEFAULT),
        (Column("a", Integer, nullable=False, server_default=text("NULL")), WhenOmitted.NOTHING),
        (
            Column("a", Integer, nullable=False, server_default=text("(NULL)::x")),
            WhenOmitted.NOTHING,
        ),
        (Column("a", Integer, server_default=text("nullif(1, 2)")), DEFAULT),
        (Column("a", Integer, nullable=False, server_default=text("nextval('s')")), DISTINCT),
        (Column("a", Integer, server_default=text("gen_random_uuid()")), DISTINCT),
        (Column("a", Integer, server_default=text("now()")), DEFAULT),
        (Column("a", Integer, Identity(always=True)), DISTINCT),
        (Column("a", Integer, nullable=False, autoincrement=True), DISTINCT),
        (Column("a", Integer, Computed("b")), WhenOmitted.COMPUTED),
        (Column("a", Integer, primary_key=True), None),
    ],
)
def test_what_a_column_holds_that_older_code_does_not_write(
    live: Column[int], when_omitted: WhenOmitted | None
) -> None:
    assert difference(("remove_column", None, "users", live), DIALECT).when_omitted is when_omitted


@pytest.mark.parametrize(
    ("live", "model", "nullable", "when_omitted"),
    [
        (None, "1", False, WhenOmitted.NOTHING),
        (None, "1", True, NULL),
        (None, "1", None, None),
        ("2", "1", False, DEFAULT),
        ("2", None, False, DEFAULT),
        (Computed("b"), None, True, WhenOmitted.COMPUTED),
        (None, Computed("b"), True, None),
        (Identity(), None, False, DISTINCT),
        (Identity(always=True), None, False, None),
        (Identity(always=True), Identity(always=True), False, DISTINCT),
    ],
)
def test_what_a_column_holds_whose_default_has_changed(
    live: object, model: object, nullable: bool | None, when_omitted: WhenOmitted | None
) -> None:
    existing = {"existing_nullable": nullable}
    before, after = (DefaultClause(x) if isinstance(x, str) else x for x in (live, model))
    diff = ("modify_default", None, "users", "level", existing, before, after)
    assert difference(diff, DIALECT).when_omitted is when_omitted
    assert omitted.of_known(before, after, nullable) is when_omitted


def test_what_an_index_or_a_constraint_binds() -> None:
    table = Table("users", MetaData(schema="app"), Column("a", Integer), Column("b", Integer))
    indexes = {
        Index("plain", table.c.a): (),
        Index("unique", table.c.a, unique=True): ("app.users.a",),
        Index("alike", table.c.b, unique=True, postgresql_nulls_not_distinct=True): None,
    }
    for index, binds in indexes.items():
        assert difference(("remove_index", index), DIALECT).binds == binds
    check, unique = CheckConstraint("a > 0", "some"), UniqueConstraint("a", "b")
    table.append_constraint(check)
    table.append_constraint(unique)
    assert difference(("remove_constraint", check), DIALECT).binds is None
    assert difference(("remove_constraint", unique), DIALECT).binds == (
        "app.users.a",
        "app.users.b",
    )


def test_what_a_key_binds() -> None:
    live = {
        Key("users", "index", ("a",)): "ix",
        Key("users", "constraint", ("a",)): "uq",
        Key("users", "constraint", ("b",), (("postgresql_nulls_not_distinct", "True"),)): "alike",
        Key("users", "foreign key", ("a", "b"), (("->", "teams (a, b)"),)): "fk",
        Key("users", "primary key", ("a",)): "pk",
    }
    found = differences({}, live, {"users"}, mysql=False)
    assert {item.name: item.binds for item in found} == {
        "users.ix": (),
        "users.uq": ("users.a",),
        "users.alike": None,
        "users.fk": ("users.a", "users.b"),
        "users.pk": None,
    }


def test_a_difference_is_its_words() -> None:
    bare = Difference("unexpected column", "users.name", "INTEGER")
    assert column("name", NULL) == bare
    assert hash(column("name", NULL)) == hash(bare)
    report = json.loads(render(Verdict(Direction.AHEAD, (column("name", NULL),), (), ())))
    [told] = report["differences"]
    assert "when_omitted" not in told
    words = {"kind": "unexpected column", "name": "users.name", "detail": "INTEGER"}
    assert words.items() <= told.items()
