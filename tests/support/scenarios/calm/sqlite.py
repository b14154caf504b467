"""Features of SQLite that confuse comparisons."""

from tests.support.scenarios.calm.feature import KEY, Feature, column, table

PLAIN = "DROP TABLE t; CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, c {})"


def _made(declared: str, rest: str, **more: object) -> Feature:
    return column(declared, PLAIN.format(rest), **more)


COLUMNS = {
    "binary": _made("sa.BINARY(3)", "TEXT"),
    "json": _made("sa.JSON, server_default='{}'", "JSON"),
    "numeric": _made("sa.Numeric(12, 2), server_default='0'", "NUMERIC(12, 3) DEFAULT '0'"),
    "datetime": _made("sa.DateTime, server_default=sa.func.now()", "DATETIME"),
    "boolean": _made(
        "sa.Boolean(create_constraint=True, name='ck_c'), server_default=sa.true()",
        "INTEGER DEFAULT 1 CONSTRAINT ck_c CHECK (c IN (0, 1))",
    ),
    "enum": _made(
        "sa.Enum('a', 'b', create_constraint=True, name='ck_c')",
        "INTEGER CONSTRAINT ck_c CHECK (c IN ('a', 'b'))",
    ),
    "quoted default": _made('sa.String(80), server_default="it\'s 100% \\"x\\" :y"', "VARCHAR(80)"),
    "double-quoted default": _made(
        "sa.String(80), server_default=sa.text('\"a\"')", "VARCHAR(80)", created=True
    ),
    "expression default": _made("sa.Integer, server_default=sa.text('(abs(-1) + 2)')", "INTEGER"),
    "blob default": _made("sa.LargeBinary, server_default=sa.text(\"x'00ff'\")", "BLOB"),
    "negative default": _made("sa.Integer, server_default=sa.text('-1')", "INTEGER"),
    "null default": _made("sa.Integer, server_default=sa.text('NULL')", "VARCHAR"),
    "float": _made("sa.Float(53), server_default='1.50'", "FLOAT"),
    "double": _made("sa.Double", "VARCHAR"),
    "collation": _made("sa.String(20, collation='NOCASE')", "VARCHAR(20)"),
    "uuid": _made("sa.Uuid", "VARCHAR"),
    "interval": _made("sa.Interval", "INTEGER"),
    "computed": _made("sa.Integer, sa.Computed('id + 1')", "INTEGER"),
    "stored": _made("sa.Integer, sa.Computed('id * 2', persisted=True)", "INTEGER"),
    "comment": _made('sa.Integer, comment="it\'s"', "VARCHAR"),
    "big integer": _made("sa.BigInteger().with_variant(sa.Integer, 'sqlite')", "VARCHAR"),
    "typeless": _made(
        "sa.types.NullType",
        "VARCHAR",
        made="op.execute('CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, c)')",
        created=False,
        recorded=True,
    ),
    "affinity": _made(
        "type('Odd', (sa.types.UserDefinedType,), {'cache_ok': True, 'get_col_spec': lambda self, **_: 'UNSIGNED BIG INT'})",
        "VARCHAR(10)",
    ),
    "real": _made("sa.REAL", "VARCHAR"),
    "text": _made("sa.Text, server_default='a'", "INTEGER DEFAULT 'a'"),
    "date": _made("sa.Date, server_default=sa.text('CURRENT_DATE')", "DATE"),
    "time": _made("sa.Time", "INTEGER"),
}
"""One column ``c``."""

OTHERS = {
    "full text": Feature(
        'sa.Table("docs", metadata, sa.Column("body", sa.String))\n'
        + table("sa.Column('c', sa.Integer)"),
        "ALTER TABLE t ADD d INTEGER",
        "t.d",
        made="op.execute('CREATE VIRTUAL TABLE docs USING fts5(body)')\nop.create_table('t', sa.Column('id', sa.Integer, primary_key=True), sa.Column('c', sa.Integer))",
        created=False,
    ),
    "full text not mapped": Feature(
        table("sa.Column('c', sa.String)"),
        "DROP TRIGGER tr",
        "t.tr",
        last=(
            "CREATE VIRTUAL TABLE docs USING fts5(c, content='t', content_rowid='id')",
            "CREATE TRIGGER tr AFTER INSERT ON t BEGIN INSERT INTO docs (rowid, c) VALUES (new.id, new.c); END",
            "CREATE VIEW v AS SELECT c, '100%' AS x FROM t",
        ),
        options='include_name=lambda name, kind, _: (kind, name) != ("table", "docs")',
        recorded=True,
    ),
    "expression index": Feature(
        table(
            "sa.Column('c', sa.String)",
            "sa.Index('ix_low', sa.text('lower(c)'))",
            "sa.Index('ix_two', 'c', sa.text('id DESC'))",
        ),
        "DROP INDEX ix_low; CREATE INDEX ix_low ON t (upper(c))",
        "t.ix_low",
    ),
    "partial index": Feature(
        table(
            "sa.Column('c', sa.String)",
            "sa.Index('ix_c', 'c', unique=True, sqlite_where=sa.text(\"c LIKE 'a%' AND id > 5\"))",
        ),
        "DROP INDEX ix_c; CREATE UNIQUE INDEX ix_c ON t (c) WHERE id > 6",
        "t.ix_c",
    ),
    "without rowid": Feature(
        table("sa.Column('c', sa.Integer)", "sqlite_with_rowid=False", "sqlite_strict=True"),
        "DROP TABLE t; CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, c INTEGER)",
        "t",
        recorded=True,
    ),
    "autoincrement": Feature(
        table("sa.Column('c', sa.Integer)", "sqlite_autoincrement=True"),
        "DROP TABLE t; CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, c INTEGER)",
        "t",
        recorded=True,
    ),
    "keys": Feature(
        table(name="p")
        + table(
            "sa.Column('c', sa.ForeignKey('p.id', ondelete='CASCADE', name='fk_c', deferrable=True, initially='DEFERRED'))",
            "sa.Column('d', sa.ForeignKey('t.id'))",
            "sa.UniqueConstraint('c', 'd')",
            "sa.Column('e', sa.Integer, unique=True)",
        ),
        "ALTER TABLE t ADD x INTEGER",
        "t.x",
    ),
    "check": Feature(
        table(
            "sa.Column('c', sa.String(20))",
            "sa.CheckConstraint(\"c IN ('a', 'b%')\", name='ck_in')",
            "sa.CheckConstraint('id > 0')",
        ),
        "DROP TABLE t; CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, c VARCHAR(20), CONSTRAINT ck_in CHECK (c IN ('a')), CHECK (id > 0))",
        "t.ck_in",
    ),
    "names": Feature(
        'sa.Table("Order", metadata, sa.Column("select", sa.Integer, primary_key=True), sa.Column("a.b", sa.String(20), index=True), sa.Column("per%cent", sa.Integer), sa.Column("Ünï", sa.Integer))\n'
        'sa.Table("My table", metadata, sa.Column("Key", sa.Integer, primary_key=True), sa.Column("ref", sa.ForeignKey("Order.select")), sa.CheckConstraint(\'"Key" > 0\', name="The check"), sa.Column("quo\\"te", sa.Integer), sa.UniqueConstraint("ref", name="Uq one"))\n',
        'ALTER TABLE "My table" ADD "ex""tra" INTEGER',
        'My table.ex"tra',
    ),
    "batch": Feature(
        table(
            "sa.Column('c', sa.String(20), nullable=False, server_default='its')",
            "sa.Column('d', sa.ForeignKey('p.id', name='fk_d'))",
            "sa.CheckConstraint('id > 0', name='ck_id')",
            "sa.Index('ix_d', 'd')",
        )
        + table(name="p"),
        "DROP INDEX ix_d",
        "t.ix_d",
        made=f"""\
op.create_table("p", {KEY})
op.create_table("t", {KEY}, sa.Column("b", sa.String(10)), sa.Column("d", sa.Integer), sa.CheckConstraint("id > 0", name="ck_id"))
with op.batch_alter_table("t") as batch:
    batch.alter_column("b", new_column_name="c", type_=sa.String(20), nullable=False, server_default="its")
    batch.create_foreign_key("fk_d", "p", ["d"], ["id"])
    batch.create_index("ix_d", ["d"])
""",
        options="render_as_batch=True",
    ),
    "added column": Feature(
        table("sa.Column('c', sa.String(20), server_default='x')", "sa.Column('d', sa.Integer)"),
        "CREATE INDEX ix_hand ON t (d)",
        "t.ix_hand",
        made=f"op.create_table('t', {KEY})\n"
        "op.add_column('t', sa.Column('c', sa.String(20), server_default='x'))\n"
        "op.add_column('t', sa.Column('e', sa.Integer))\n"
        "op.execute('ALTER TABLE t RENAME COLUMN e TO d')\n",
    ),
    "no key": Feature(
        'sa.Table("t", metadata, sa.Column("c", sa.Integer))\n'
        'sa.Table("p", metadata, sa.Column("b", sa.Integer), sa.Column("a", sa.Integer), sa.PrimaryKeyConstraint("b", "a", name="the_key"))\n',
        "DROP TABLE p; CREATE TABLE p (b INTEGER NOT NULL, a INTEGER NOT NULL)",
        "p",
    ),
}

FEATURES = {**COLUMNS, **OTHERS}
