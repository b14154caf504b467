"""What migrations do that breaks code which still runs, by what it needs and two catalogs."""

import pytest

from bootctl.verify.breaks import breaks, untold, why_not
from bootctl.verify.catalog.objects import Catalog, SchemaObject
from bootctl.verify.needed import needed


def table(name: str, **parts: str) -> SchemaObject:
    return SchemaObject("table", name, "", parts)


def column(name: str, kind: str = "integer", nullable: str = "no", **parts: str) -> SchemaObject:
    said = {"type": kind, "nullable": nullable, **parts}
    return SchemaObject("column", name, name.partition(".")[0], said)


def of(kind: str, name: str, **parts: str) -> SchemaObject:
    owner = name.partition(".")[0]
    return SchemaObject(kind, name, owner, {key.replace("_", " "): v for key, v in parts.items()})


def alone(kind: str, name: str, **parts: str) -> SchemaObject:
    return SchemaObject(kind, name, "", parts)


USERS = (
    table("users"),
    column("users.id", default="nextval(own sequence)"),
    column("users.email", "character varying(100)"),
    column("users.mood", "mood", default="'sad'::mood"),
    column("users.note", "text", "yes"),
    column("users.owner_id", "integer", "yes"),
    of("primary key", "users", columns="id"),
    of("constraint", "users.once", columns="email"),
    of("index", "users.by_note", columns="note", unique="yes"),
    of("index", "users.plain", columns="email"),
    of("check", "users.short", definition="(length(note) < 9)"),
    of("foreign key", "users.owned", columns="owner_id", target="users (id)"),
    alone("enum", "mood", labels="'sad', 'glad'"),
    column("users.small", "smallint", "yes"),
    column("users.price", "numeric(10,2)", "yes"),
)
VIEWS = (
    alone("view", "seen", definition="SELECT id FROM users"),
    alone("view", "unused", definition="SELECT id FROM others"),
)
OTHERS = (table("others"), column("others.id"))
BEFORE = Catalog([*USERS, *VIEWS, *OTHERS], "PostgreSQL 15")
NEEDS = needed(Catalog([*USERS, table("seen")]), BEFORE)


def after(*changed: SchemaObject, without: tuple[str, ...] = ()) -> Catalog:
    """The schema with some objects, in the place of those of their names, and ``without`` others."""
    new = {item.key: item for item in changed}
    kept = [item for item in BEFORE.objects if item.key not in new and item.name not in without]
    return Catalog([*kept, *changed], BEFORE.server)


DROPPED = tuple(item.name for item in USERS if item.kind != "enum")
MAIL = column("users.mail", "character varying(100)")
BREAKING = {
    "a table is dropped": (after(without=DROPPED), ["missing table users"]),
    "a table is renamed": (
        after(table("people"), column("people.id"), without=DROPPED),
        ["missing table users"],
    ),
    "a column is dropped": (after(without=("users.note",)), ["missing column users.note (text)"]),
    "a column is renamed": (
        after(MAIL, without=("users.email",)),
        [
            "missing column users.email (character varying(100))",
            "unexpected column users.mail (character varying(100))",
        ],
    ),
    "a column has another type": (
        after(column("users.email", "integer")),
        ["changed type users.email (integer -> character varying(100))"],
    ),
    "a column is narrower": (
        after(column("users.email", "character varying(50)")),
        ["changed type users.email (character varying(50) -> character varying(100))"],
    ),
    "a number is narrower": (
        after(column("users.owner_id", "smallint", "yes")),
        ["changed type users.owner_id (smallint -> integer)"],
    ),
    "a number has other digits": (
        after(column("users.price", "numeric(12,4)", "yes")),
        ["changed type users.price (numeric(12,4) -> numeric(10,2))"],
    ),
    "a number has fewer digits": (
        after(column("users.price", "numeric(8,2)", "yes")),
        ["changed type users.price (numeric(8,2) -> numeric(10,2))"],
    ),
    "a column takes no NULL any more": (
        after(column("users.note", "text", "no")),
        ["changed nullability users.note (not null -> nullable)"],
    ),
    "a default is dropped": (
        after(column("users.mood", "mood")),
        ["changed default users.mood (none -> 'sad'::mood)"],
    ),
    "a column is computed by now": (
        after(column("users.note", "text", "yes", generated="(lower(email)) stored")),
        ["changed default users.note ((lower(email)) stored -> none)"],
    ),
    "an id takes no value": (
        after(column("users.id", identity="always")),
        [
            "changed default users.id (none -> nextval(own sequence))",
            "changed default users.id (always -> none)",
        ],
    ),
    "a new column must have a value": (
        after(column("users.level")),
        ["unexpected column users.level (integer)"],
    ),
    "a new column is computed of nothing known": (
        after(column("users.level", generated="(owner_id + 1) stored"), MAIL),
        ["unexpected column users.mail (character varying(100))"],
    ),
    "a label is removed": (
        after(alone("enum", "mood", labels="'sad'")),
        ["changed enum mood (labels: 'sad' -> 'sad', 'glad')"],
    ),
    "a label is renamed": (
        after(alone("enum", "mood", labels="'sad', 'happy'")),
        ["changed enum mood (labels: 'sad', 'happy' -> 'sad', 'glad')"],
    ),
    "a unique constraint is new": (
        after(of("constraint", "users.twice", columns="owner_id")),
        ["unexpected constraint users.twice (owner_id)"],
    ),
    "a unique index is new": (
        after(of("index", "users.lower", columns="lower(email)", unique="yes")),
        ["unexpected index users.lower (lower(email))"],
    ),
    "a check is new": (
        after(of("check", "users.long", definition="(length(email) > 3)")),
        ["unexpected check users.long"],
    ),
    "a check is stricter": (
        after(of("check", "users.short", definition="(length(note) < 5)")),
        ["changed check users.short (definition: (length(note) < 5) -> (length(note) < 9))"],
    ),
    "an exclusion is new": (
        after(of("exclusion", "users.apart", definition="EXCLUDE USING gist (owner_id WITH =)")),
        ["unexpected exclusion users.apart"],
    ),
    "a foreign key is new": (
        after(of("foreign key", "users.noted", columns="note", target="others (id)")),
        ["unexpected foreign key users.noted (note)"],
    ),
    "a view that is mapped is dropped": (after(without=("seen",)), ["missing view seen"]),
    "a view that is mapped is renamed": (
        after(alone("view", "looked", definition="SELECT 1"), without=("seen",)),
        ["missing view seen"],
    ),
    "another primary key": (
        after(of("primary key", "users", columns="email")),
        ["changed primary key users (columns: email -> id)"],
    ),
    "a trigger is new": (
        after(of("trigger", "users.t", definition="BEFORE INSERT")),
        ["unexpected trigger users.t"],
    ),
    "rows are hidden": (
        after(table("users", **{"row security": "enabled"})),
        ["changed table row security users (enabled -> none)"],
    ),
    "another collation": (
        after(column("users.email", "character varying(100)", collation='"C"')),
        ['changed collation users.email ("C" -> none)'],
    ),
}


@pytest.mark.parametrize("case", BREAKING)
def test_it_breaks(case: str) -> None:
    schema, said = BREAKING[case]
    assert sorted(str(item.difference) for item in breaks(NEEDS, BEFORE, schema)) == sorted(said)


ADDITIVE = {
    "nothing changes": BEFORE,
    "a new table": after(table("posts"), column("posts.id"), column("posts.title", "text")),
    "a nullable column": after(column("users.nick", "text", "yes")),
    "a column with a default": after(column("users.level", default="0")),
    "a column of numbers": after(column("users.level", identity="always")),
    "a computed column": after(column("users.level", generated="(owner_id + 1) stored")),
    "an index": after(of("index", "users.by_email", columns="email")),
    "an index is dropped": after(without=("users.plain",)),
    "a wider varchar": after(column("users.email", "character varying(200)")),
    "a wider number": after(column("users.small", "bigint", "yes")),
    "more digits": after(column("users.price", "numeric(12,2)", "yes")),
    "a column takes NULL": after(column("users.email", "character varying(100)", "yes")),
    "a check is dropped": after(without=("users.short",)),
    "a foreign key is dropped": after(without=("users.owned",)),
    "what an upsert may need is dropped": after(without=("users.once",)),
    "a unique index in the place of a constraint": after(
        of("index", "users.once", columns="email", unique="yes"), without=("users.once",)
    ),
    "a view selects something else": after(alone("view", "seen", definition="SELECT 2")),
    "a view that is not mapped is dropped": after(without=("unused",)),
    "a text in its place": after(column("users.email", "text")),
    "another default": after(column("users.mood", "mood", default="'glad'::mood")),
    "a column may be left out by now": after(column("users.email", MAIL.type_name, default="''")),
    "a new label": after(alone("enum", "mood", labels="'sad', 'glad', 'wild'")),
    "a new type": after(alone("enum", "colour", labels="'red'")),
    "a unique column that stays NULL": after(
        column("users.nick", "text", "yes"), of("constraint", "users.nicks", columns="nick")
    ),
    "a check of a new column": after(
        column("users.level", default="0"),
        of("check", "users.positive", definition="(level >= 0)"),
    ),
    "a foreign key of a new column": after(
        column("users.team_id", "integer", "yes"),
        of("foreign key", "users.team", columns="team_id", target="teams (id)"),
    ),
    "a constraint has another name": after(
        of("constraint", "users.single", columns="email"), without=("users.once",)
    ),
    "a table that it does not use is dropped": after(without=("others", "others.id")),
    "a comment": after(column("users.note", "text", "yes", comment="of theirs")),
}


@pytest.mark.parametrize("case", ADDITIVE)
def test_it_breaks_nothing(case: str) -> None:
    assert breaks(NEEDS, BEFORE, ADDITIVE[case]) == []


def test_what_nobody_can_tell_is_said() -> None:
    found = untold(NEEDS, BEFORE, after(without=("users.once", "users.by_note", "users.short")))
    assert sorted(map(str, found)) == [
        "missing constraint users.once (email): an upsert by it would fail",
        "missing index users.by_note (note): an upsert by it would fail",
    ]
    cascading = of("foreign key", "users.owned", columns="owner_id", on_delete="CASCADE")
    before = after(cascading)
    needs = needed(Catalog(USERS), before)
    [item] = untold(needs, before, after(without=("users.owned",)))
    assert item.difference.kind == "missing foreign key"
    assert breaks(needs, before, after(without=("users.owned",))) == []
    assert untold(NEEDS, BEFORE, after(without=("users.owned",))) == []


def test_what_was_so_before_is_not_told() -> None:
    extra = (column("users.level"), of("trigger", "users.t", definition="BEFORE INSERT"))
    before = after(*extra)
    assert breaks(NEEDS, before, before) == []
    changed = after(extra[0], of("trigger", "users.t", definition="AFTER INSERT"))
    [found] = breaks(NEEDS, before, changed)
    assert str(found.difference) == "unexpected trigger users.t"


def test_each_is_told_with_why() -> None:
    [found] = breaks(NEEDS, BEFORE, after(column("users.level")))
    assert found.why == "it takes no NULL and has no default"


def test_another_server_writes_other_words() -> None:
    assert why_not(NEEDS, BEFORE) == ""
    other = Catalog(BEFORE.objects, "PostgreSQL 16")
    assert (
        why_not(NEEDS, other)
        == "what it needs was kept on PostgreSQL 15, and this is PostgreSQL 16"
    )
