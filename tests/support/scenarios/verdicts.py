"""Verdicts made by hand: of every kind that a check can come to."""

from dataclasses import replace

from bootctl.database.state import Difference, Direction, Layers
from bootctl.verify.policy import Acceptance, Verdict

BY_HAND = (Layers.MODELS_DATABASE, Layers.MIGRATIONS_DATABASE)
UNMIGRATED = (Layers.MODELS_DATABASE, Layers.MODELS_MIGRATIONS)

TYPE = Difference(
    "changed type",
    "users.email",
    "VARCHAR(50) -> VARCHAR(100)",
    layers=BY_HAND,
    expected="type: character varying(100)",
    live="type: character varying(50)",
    since="2026-11-20T08:30:00Z",
    fix=("ALTER TABLE users ALTER COLUMN email TYPE character varying(100)",),
    place="notes/models.py:12",
)
INDEX = Difference(
    "changed index",
    "users.ix_users_email",
    "predicate",
    layers=BY_HAND,
    expected="columns: lower((email)::text)\nmethod: btree\npredicate: (deleted_at IS NULL)\nunique: yes",
    live="columns: lower((email)::text)\nmethod: btree\nunique: yes",
    fix=(
        "DROP INDEX ix_users_email",
        "CREATE UNIQUE INDEX ix_users_email ON users (lower((email)::text)) WHERE (deleted_at IS NULL)",
    ),
    destructive=True,
    place="notes/models.py:19",
)
COLUMN = Difference(
    "missing column",
    "users.nickname",
    "VARCHAR(20)",
    layers=UNMIGRATED,
    expected="type: character varying(20)\nnull: yes",
    fix=('alembic revision --autogenerate -m "what changed"',),
    place="notes/models.py:15",
)
TABLE = Difference(
    "unexpected table",
    "scratch_of_a_dba",
    layers=BY_HAND,
    live="kind: ordinary\npersistence: permanent",
    fix=("DROP TABLE scratch_of_a_dba",),
    destructive=True,
)
VIEW = Difference(
    "changed view",
    "audit.active_users",
    "definition",
    layers=(Layers.MIGRATIONS_DATABASE,),
    expected="definition: SELECT id,\n    email\n   FROM users\n  WHERE deleted_at IS NULL;",
    live="definition: SELECT id,\n    email,\n    password\n   FROM users;",
    since="2026-11-20T08:30:00Z",
    fix=(
        "CREATE OR REPLACE VIEW audit.active_users AS SELECT id,\n    email\n   FROM users\n"
        "  WHERE deleted_at IS NULL",
    ),
    place="migrations/versions/0003_views.py:21",
)
PLAIN = Difference("missing index", "notes.ix_notes_done", "done")
ODD_NAME = "a\x1b]0;b\x07\r\n::error::c\x9b31m\u202ed ##[group]e\x85\ufffe\ud800 <b>&amp;`|*_[x](y)</b> {0}%0A"
ODD = Difference(
    f"unexpected {ODD_NAME}",
    ODD_NAME,
    ODD_NAME,
    expected=f"{ODD_NAME}\n::warning::x\n##[error]y",
    live=f"{ODD_NAME}\n\n::set-output name=a::b\n</pre></details>\n]]>\n```",
    since=ODD_NAME,
    fix=(ODD_NAME, "::stop-commands::x"),
    destructive=True,
    place="a,b:c%d\n::e.py:3",
)

CLEAN = Verdict(Direction.AT_HEAD, (), (), ())
COVERED = Verdict(
    Direction.AT_HEAD,
    (),
    (PLAIN,),
    (),
    ("models", "migrations (the ledger, 2026-11-20T08:30:00Z)"),
    ("grants: the role cannot read pg_authid",),
)
DRIFT = Verdict(
    Direction.BEHIND,
    (TYPE, TABLE, INDEX, COLUMN, VIEW),
    (PLAIN,),
    ("0004_done", "0005_names"),
    ("models", "migrations (schema.lock)"),
    ("grants: the role cannot read pg_authid",),
)
ENTRY = Acceptance("verify.baseline", str(PLAIN), "dba", "kept for the report", "2027-01-31")
ODD_ENTRY = Acceptance("verify.ignore", ODD_NAME, ODD_NAME, ODD_NAME)
STRANGE = Verdict(
    Direction.DIVERGED,
    (ODD, PLAIN),
    (ODD,),
    (ODD_NAME,),
    (ODD_NAME,),
    (ODD_NAME,),
    (ODD_ENTRY,),
    (ODD_ENTRY,),
    (ODD_ENTRY,),
)
ON_TERMS = Verdict(Direction.AT_HEAD, (), (PLAIN,), (), accepted_by=(ENTRY,), unused=(ENTRY,))
FILES_ONLY = Verdict(None, (PLAIN,), (), ())
FIRST, SECOND = "postgresql://app:***@db:5432/north", "postgresql://app:***@db:5432/south"
TWO_DATABASES = Verdict(
    Direction.AT_HEAD,
    tuple(replace(TYPE, database=name) for name in (FIRST, SECOND)),
    (replace(PLAIN, database=SECOND),),
    (),
)
VERDICTS = {
    "clean": CLEAN,
    "covered": COVERED,
    "drift": DRIFT,
    "strange": STRANGE,
    "files only": FILES_ONLY,
    "on terms": ON_TERMS,
    "two databases": TWO_DATABASES,
}
