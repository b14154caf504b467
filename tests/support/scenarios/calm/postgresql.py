"""Features of PostgreSQL that confuse comparisons."""

from tests.support.scenarios.calm.feature import KEY, Feature, table
from tests.support.scenarios.calm.postgresql_columns import COLUMNS

OTHERS = {
    "big serial": Feature(
        'sa.Table("t", metadata, sa.Column("id", sa.BigInteger, primary_key=True))\n'
        'sa.Table("s", metadata, sa.Column("id", sa.SmallInteger, primary_key=True))\n'
        'sa.Table("n", metadata, sa.Column("id", sa.Integer, primary_key=True, autoincrement=False))\n',
        "ALTER TABLE s ALTER id DROP DEFAULT",
        "s.id",
    ),
    "partitions": Feature(
        table(
            "sa.Column('at', sa.Date, primary_key=True)",
            "sa.Index('ix_t_at', 'at')",
            "postgresql_partition_by='RANGE (at)'",
        ),
        "ALTER TABLE t ADD c integer",
        "t.c",
        last=(
            "CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')",
            "CREATE TABLE t_d PARTITION OF t DEFAULT PARTITION BY HASH (id)",
            "CREATE TABLE t_d_0 PARTITION OF t_d FOR VALUES WITH (MODULUS 1, REMAINDER 0)",
        ),
    ),
    "expression index": Feature(
        table(
            "sa.Column('c', sa.String)",
            "sa.Index('ix_low', sa.text('lower(c)'))",
            "sa.Index('ix_two', 'c', sa.text('(id + 1) DESC NULLS LAST'))",
        ),
        "DROP INDEX ix_low; CREATE INDEX ix_low ON t (upper(c))",
        "t.ix_low",
    ),
    "index options": Feature(
        table(
            "sa.Column('c', sa.String)",
            "sa.Column('j', postgresql.JSONB)",
            "sa.Index('ix_part', 'c', postgresql_where=sa.text(\"c LIKE 'a%' AND id > 5\"))",
            "sa.Index('ix_gin', 'j', postgresql_using='gin', postgresql_ops={'j': 'jsonb_path_ops'})",
            "sa.Index('ix_brin', 'id', postgresql_using='brin', postgresql_with={'pages_per_range': 32})",
            "sa.Index('ix_incl', 'id', postgresql_include=['c'], unique=True)",
            "sa.Index('ix_ops', 'c', postgresql_ops={'c': 'text_pattern_ops'})",
        ),
        "DROP INDEX ix_part; CREATE INDEX ix_part ON t (c) WHERE id > 6",
        "t.ix_part",
    ),
    "trigram index": Feature(
        table(
            "sa.Column('c', sa.String)",
            "sa.Index('ix_trgm', 'c', postgresql_using='gin', postgresql_ops={'c': 'gin_trgm_ops'})",
        ),
        "DROP INDEX ix_trgm",
        "t.ix_trgm",
        first=("CREATE EXTENSION pg_trgm",),
    ),
    "exclusion": Feature(
        table(
            "sa.Column('c', sa.Integer)",
            "sa.Column('r', postgresql.INT4RANGE)",
            "postgresql.ExcludeConstraint(('c', '='), ('r', '&&'), name='ex_t', using='gist', where=sa.text('c > 0'))",
        ),
        "ALTER TABLE t DROP CONSTRAINT ex_t",
        "t.ex_t",
        first=("CREATE EXTENSION btree_gist",),
    ),
    "foreign schema": Feature(
        table("schema='other'") + table("sa.Column('c', sa.ForeignKey('other.t.id', name='fk_c'))"),
        "ALTER TABLE t DROP CONSTRAINT fk_c",
        "t.fk_c",
        first=("CREATE SCHEMA other",),
    ),
    "two schemas": Feature(
        table("sa.Column('x', sa.Integer, index=True)", "schema='one'")
        + table("sa.Column('y', sa.String, unique=True)", "schema='two'")
        + table(
            "sa.Column('c', sa.ForeignKey('one.t.id'))", "sa.Column('d', sa.ForeignKey('two.t.id'))"
        ),
        "ALTER TABLE two.t ALTER y TYPE integer USING 1",
        "two.t.y",
        first=("CREATE SCHEMA one", "CREATE SCHEMA two"),
        options="include_schemas=True",
    ),
    "default schema": Feature(
        table(
            "sa.Column('c', sa.Integer, index=True)",
            "sa.CheckConstraint('c > 0', name='ck_c')",
            "schema='public'",
        )
        + table("sa.Column('t', sa.ForeignKey('public.t.id'))", "schema='public'", name="u"),
        "ALTER TABLE t DROP CONSTRAINT ck_c",
        "t.ck_c",
    ),
    "enum elsewhere": Feature(
        table("sa.Column('c', sa.Enum('a', 'b', name='status', schema='other'))"),
        "ALTER TYPE other.status RENAME VALUE 'a' TO 'z'",
        "t.c",
        first=("CREATE SCHEMA other",),
    ),
    "names": Feature(
        'sa.Table("user", metadata, sa.Column("select", sa.Integer, primary_key=True), sa.Column("a.b", sa.String, index=True), sa.Column("per%cent", sa.Integer), sa.Column("Ünï", sa.Integer))\n'
        'sa.Table("My table", metadata, sa.Column("Key", sa.Integer, primary_key=True), sa.Column("ref", sa.ForeignKey("user.select")), sa.CheckConstraint(\'"Key" > 0\', name="The check"), sa.Column("quo\\"te", sa.Integer), sa.UniqueConstraint("ref", name="Uq one"))\n',
        'ALTER TABLE "My table" ALTER "quo""te" TYPE bigint',
        'My table.quo"te',
    ),
    "check": Feature(
        table(
            "sa.Column('c', sa.String(20))",
            "sa.CheckConstraint(\"c IN ('a', 'b')\", name='ck_in')",
            "sa.CheckConstraint(\"c LIKE '%x' OR id BETWEEN 1 AND 5\", name='ck_like')",
            "sa.CheckConstraint('id > 0')",
        ),
        "ALTER TABLE t DROP CONSTRAINT ck_in; ALTER TABLE t ADD CONSTRAINT ck_in CHECK (c IN ('a'))",
        "t.ck_in",
    ),
    "inherited": Feature(
        table("sa.Column('c', sa.Integer, server_default='5')")
        + table(
            "sa.Column('c', sa.Integer, server_default='5')", "postgresql_inherits='t'", name="u"
        ),
        "ALTER TABLE u ALTER c SET DEFAULT 6",
        "u.c",
    ),
    "deferrable": Feature(
        table(
            "sa.Column('c', sa.Integer)",
            "sa.UniqueConstraint('c', name='uq_c', deferrable=True, initially='DEFERRED')",
            "sa.ForeignKeyConstraint(['c'], ['t.id'], name='fk_c', deferrable=True, initially='IMMEDIATE', ondelete='CASCADE', onupdate='SET NULL')",
        ),
        "ALTER TABLE t ALTER CONSTRAINT fk_c NOT DEFERRABLE",
        "t.fk_c",
    ),
    "nulls not distinct": Feature(
        table(
            "sa.Column('c', sa.Integer)",
            "sa.UniqueConstraint('c', name='uq_c', postgresql_nulls_not_distinct=True)",
        ),
        "ALTER TABLE t DROP CONSTRAINT uq_c",
        "t.uq_c",
    ),
    "truncated names": Feature(
        f'metadata.naming_convention = {{**metadata.naming_convention, "ix": "ix_%(table_name)s_%(column_0_N_name)s", "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s"}}\n'
        f'sa.Table("{"long" * 12}", metadata, {KEY}, sa.Column("{"column" * 6}", sa.Integer, index=True), sa.Column("other", sa.ForeignKey("{"long" * 12}.id"), unique=True))\n',
        f"ALTER TABLE {'long' * 12} ALTER other TYPE bigint",
        f"{'long' * 12}.other",
    ),
    "naming convention": Feature(
        'metadata.naming_convention = {"ix": "ix_%(column_0_label)s", "uq": "uq_%(table_name)s_%(column_0_name)s", "ck": "ck_%(table_name)s_%(constraint_name)s", "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s", "pk": "pk_%(table_name)s"}\n'
        + table(
            "sa.Column('c', sa.Integer, unique=True)",
            "sa.Column('d', sa.ForeignKey('t.id'), index=True)",
            "sa.CheckConstraint('c > 0', name='positive')",
            "sa.Column('b', sa.Boolean(create_constraint=True, name='flag'))",
        ),
        "ALTER TABLE t RENAME CONSTRAINT ck_t_positive TO positive",
        "t.ck_t_positive, t.positive",
        recorded=True,
    ),
    "mapped views": Feature(
        table("sa.Column('c', sa.Integer)")
        + 'sa.Table("v", metadata, sa.Column("id", sa.Integer, primary_key=True), info={"view": True})\n'
        + 'sa.Table("m", metadata, sa.Column("id", sa.Integer, primary_key=True), info={"view": True})\n',
        "CREATE OR REPLACE VIEW v AS SELECT id FROM t WHERE id > 1",
        "v",
        made="op.create_table('t', sa.Column('id', sa.Integer, primary_key=True), sa.Column('c', sa.Integer))",
        last=(
            "CREATE VIEW v AS SELECT id FROM t",
            "CREATE MATERIALIZED VIEW m AS SELECT id FROM t",
            "CREATE UNIQUE INDEX ix_m ON m (id)",
        ),
        options='include_object=lambda item, *_: not getattr(item, "info", {}).get("view")',
        recorded=True,
        created=False,
    ),
    "mapped materialized view": Feature(
        table("sa.Column('c', sa.Integer)")
        + 'sa.Table("m", metadata, sa.Column("id", sa.Integer), sa.Column("c", sa.Integer), info={"view": True})\n',
        "DROP MATERIALIZED VIEW m",
        "m",
        made="op.create_table('t', sa.Column('id', sa.Integer, primary_key=True), sa.Column('c', sa.Integer))",
        last=("CREATE MATERIALIZED VIEW m AS SELECT id, c FROM t",),
        options='include_name=lambda name, kind, _: (kind, name) != ("table", "m"), include_object=lambda item, *_: not getattr(item, "info", {}).get("view")',
        recorded=True,
        created=False,
    ),
    "programs": Feature(
        table("sa.Column('c', sa.Integer)"),
        "CREATE OR REPLACE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL;END'",
        "f()",
        last=(
            "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.c := 1; RETURN NEW; END'",
            "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
            "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
            "CREATE POLICY p ON t USING (c > 0)",
            "CREATE VIEW v AS SELECT *, 'a' AS x FROM t",
            "CREATE STATISTICS st ON id, c FROM t",
        ),
        recorded=True,
    ),
    "keys in a circle": Feature(
        'sa.Table("a", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("b", sa.ForeignKey("b.id", use_alter=True, name="fk_b")))\n'
        'sa.Table("b", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.ForeignKey("a.id", name="fk_a")))\n',
        "ALTER TABLE a DROP CONSTRAINT fk_b",
        "a.fk_b",
    ),
    "no key": Feature(
        'sa.Table("t", metadata, sa.Column("c", sa.Integer))\n'
        'sa.Table("p", metadata, sa.Column("b", sa.Integer), sa.Column("a", sa.Integer), sa.PrimaryKeyConstraint("b", "a", name="the_key"))\n',
        "ALTER TABLE p DROP CONSTRAINT the_key",
        "p.the_key",
        recorded=True,
    ),
    "unlogged": Feature(
        table(
            "sa.Column('c', sa.String)",
            "prefixes=['UNLOGGED']",
            "postgresql_with={'fillfactor': 70}",
            'comment="it\'s"',
        ),
        "ALTER TABLE t SET LOGGED",
        "t",
    ),
}

FEATURES = {**COLUMNS, **OTHERS}
