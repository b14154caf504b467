"""Features of MariaDB that confuse comparisons."""

from tests.support.scenarios.calm.feature import KEY, Feature, column, table


def _modify(rest: str) -> str:
    return f"ALTER TABLE t MODIFY c {rest}"


COLUMNS = {
    "json": column("sa.JSON, server_default=sa.text(\"('{}')\")", _modify("longtext")),
    "boolean": column("sa.Boolean, server_default=sa.true()", _modify("tinyint(1)")),
    "tinyint": column("mysql.TINYINT(1), server_default='0'", _modify("tinyint(1)")),
    "checked boolean": column(
        "sa.Boolean(create_constraint=True, name='ck_c'), nullable=False",
        _modify("smallint NOT NULL"),
    ),
    "unsigned": column("mysql.BIGINT(unsigned=True)", _modify("bigint")),
    "zerofill": column("mysql.INTEGER(5, zerofill=True)", _modify("int(5)")),
    "display width": column("mysql.INTEGER(11)", _modify("bigint")),
    "on update": column(
        "sa.TIMESTAMP, nullable=False, server_default=sa.text('CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP')",
        _modify("timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP"),
    ),
    "fractions": column(
        "mysql.DATETIME(fsp=6), server_default=sa.text('CURRENT_TIMESTAMP(6)')",
        _modify("datetime(6)"),
    ),
    "timestamp": column("mysql.TIMESTAMP(fsp=3), nullable=True", _modify("timestamp NULL")),
    "now": column("sa.DateTime, server_default=sa.func.now()", _modify("datetime")),
    "long text": column("sa.Text(70000)", _modify("text")),
    "float 53": column("sa.Float(53)", _modify("float")),
    "float": column("sa.Float", _modify("double")),
    "blob": column("sa.LargeBinary(65536)", _modify("blob")),
    "long blob": column("mysql.LONGBLOB", _modify("blob")),
    "decimal": column("sa.Numeric(12, 2), server_default='0'", _modify("decimal(12,3) DEFAULT 0")),
    "numeric": column("sa.Numeric", _modify("decimal(12,3)")),
    "year": column("mysql.YEAR, server_default='2020'", _modify("year(4)")),
    "bit": column(
        "mysql.BIT(1), server_default=sa.text(\"b'1'\")", _modify("bit(1)"), recorded=True
    ),
    "enum": column(
        "sa.Enum('a', 'it''s', 'c%', name='e'), server_default='a'",
        _modify("enum('a') DEFAULT 'a'"),
    ),
    "set": column("mysql.SET('a', 'b')", _modify("set('a')")),
    "enum as text": column(
        "sa.Enum('a', 'b', native_enum=False, create_constraint=True, name='ck_c')",
        _modify("varchar(9)"),
    ),
    "function default": column(
        "sa.String(36), server_default=sa.text('(uuid())')", _modify("varchar(36)")
    ),
    "expression default": column("sa.Integer, server_default=sa.text('(1 + 2)')", _modify("int")),
    "quoted default": column(
        'sa.String(80), server_default="it\'s 100% \\"x\\" :y"', _modify("varchar(80)")
    ),
    "backslash default": column(
        "sa.String(80), server_default=sa.text(\"'a\\\\\\\\\\\\\\\\b'\")", _modify("varchar(80)")
    ),
    "date default": column("sa.Date, server_default='2020-01-01'", _modify("date")),
    "collation": column(
        "sa.String(20, collation='utf8mb4_bin')",
        _modify("varchar(20) COLLATE utf8mb4_general_ci"),
    ),
    "charset": column(
        "mysql.VARCHAR(20, charset='latin1')",
        _modify("varchar(20) CHARACTER SET utf8mb4"),
    ),
    "comment": column('sa.Integer, comment="it\'s 100% :x"', _modify("int COMMENT 'z'")),
    "computed": column("sa.Integer, sa.Computed('id + 1')", "ALTER TABLE t DROP c, ADD c int"),
    "persisted": column(
        "sa.Integer, sa.Computed('1 + 2', persisted=True)", "ALTER TABLE t DROP c, ADD c int"
    ),
    "uuid": column("sa.Uuid", _modify("char(30)")),
    "binary": column("sa.BINARY(16)", _modify("binary(8)")),
    "national": column("sa.Unicode(20), server_default='é'", _modify("varchar(20)")),
}
"""One column ``c``."""

OTHERS = {
    "prefix index": Feature(
        table("sa.Column('c', sa.Text)", "sa.Index('ix_c', 'c', mysql_length=10)"),
        "ALTER TABLE t DROP INDEX ix_c, ADD INDEX ix_c (c(20))",
        "t.ix_c",
        recorded=True,
    ),
    "fulltext": Feature(
        table("sa.Column('c', sa.Text)", "sa.Index('ix_c', 'c', mysql_prefix='FULLTEXT')"),
        "ALTER TABLE t DROP INDEX ix_c",
        "t.ix_c",
    ),
    "foreign key": Feature(
        table(name="p")
        + table(
            "sa.Column('c', sa.ForeignKey('p.id', ondelete='CASCADE', name='fk_c'))",
            "sa.Column('d', sa.ForeignKey('p.id'))",
        ),
        "ALTER TABLE t DROP FOREIGN KEY fk_c; ALTER TABLE t ADD CONSTRAINT fk_c FOREIGN KEY (c) REFERENCES p (id)",
        "t.fk_c",
    ),
    "default actions": Feature(
        table(name="p")
        + table(
            "sa.Column('c', sa.ForeignKey('p.id', ondelete='RESTRICT', name='fk_c'))",
            "sa.Column('d', sa.ForeignKey('p.id', onupdate='NO ACTION'))",
        ),
        "ALTER TABLE t DROP FOREIGN KEY fk_c",
        "t.fk_c",
    ),
    "unsigned keys": Feature(
        'sa.Table("p", metadata, sa.Column("id", mysql.BIGINT(unsigned=True), primary_key=True))\n'
        + table("sa.Column('c', sa.ForeignKey('p.id', name='fk_c'))"),
        "ALTER TABLE t DROP FOREIGN KEY fk_c",
        "t.fk_c",
    ),
    "names": Feature(
        'sa.Table("Order", metadata, sa.Column("select", sa.Integer, primary_key=True), sa.Column("a.b", sa.String(20), index=True), sa.Column("Ünï", sa.Integer))\n'
        'sa.Table("My table", metadata, sa.Column("Key", sa.Integer, primary_key=True), sa.Column("ref", sa.ForeignKey("Order.select")), sa.CheckConstraint("`ref` > 0", name="The check"), sa.Column("tick%s", sa.Integer), sa.UniqueConstraint("ref", name="Uq one"))\n',
        "ALTER TABLE `My table` MODIFY `tick%s` bigint",
        "My table.tick%s",
    ),
    "table options": Feature(
        table(
            "sa.Column('c', sa.String(20))",
            "mysql_engine='InnoDB'",
            "mysql_charset='latin1'",
            "mysql_collate='latin1_swedish_ci'",
            "mysql_row_format='DYNAMIC'",
            "mysql_auto_increment='1000'",
            'comment="it\'s"',
        ),
        "ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
        "t.c, t",
        recorded=True,
    ),
    "partitions": Feature(
        'sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), mysql_partition_by="HASH(id)", mysql_partitions="4")\n',
        "ALTER TABLE t ADD c int",
        "t.c",
    ),
    "check": Feature(
        table(
            "sa.Column('c', sa.String(20))",
            "sa.CheckConstraint(\"c IN ('a', 'b%')\", name='ck_in')",
            "sa.CheckConstraint('length(c) > 0')",
        ),
        "ALTER TABLE t DROP CONSTRAINT ck_in, ADD CONSTRAINT ck_in CHECK (c IN ('a'))",
        "t.ck_in",
    ),
    "descending index": Feature(
        table("sa.Column('c', sa.Integer)", "sa.Index('ix_c', sa.text('c DESC'))"),
        "ALTER TABLE t DROP INDEX ix_c",
        "t.ix_c",
    ),
    "naming convention": Feature(
        'metadata.naming_convention = {"ix": "ix_%(column_0_label)s", "uq": "uq_%(table_name)s_%(column_0_name)s", "ck": "ck_%(table_name)s_%(constraint_name)s", "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s", "pk": "pk_%(table_name)s"}\n'
        + table(
            "sa.Column('c', sa.Integer, unique=True)",
            "sa.Column('d', sa.ForeignKey('t.id'), index=True)",
            "sa.CheckConstraint('c > 0', name='positive')",
        ),
        "ALTER TABLE t DROP CONSTRAINT ck_t_positive",
        "t.ck_t_positive",
    ),
    "programs": Feature(
        table("sa.Column('c', sa.Integer)"),
        "CREATE OR REPLACE VIEW v AS SELECT id FROM t",
        "v",
        last=(
            "CREATE VIEW v AS SELECT id, c FROM t",
            "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.c = 1",
            "CREATE FUNCTION f(x INT) RETURNS INT DETERMINISTIC RETURN x + 1",
            "CREATE EVENT ev ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DO DELETE FROM t WHERE id = 1",
            "CREATE SEQUENCE s START WITH 100",
        ),
        recorded=True,
    ),
    "no key": Feature(
        'sa.Table("t", metadata, sa.Column("c", sa.Integer))\n'
        'sa.Table("p", metadata, sa.Column("b", sa.Integer), sa.Column("a", sa.Integer), sa.PrimaryKeyConstraint("b", "a", name="the_key"))\n',
        "ALTER TABLE p DROP PRIMARY KEY",
        "p.PRIMARY",
        recorded=True,
    ),
    "long names": Feature(
        f'sa.Table("{"long" * 15}", metadata, {KEY}, sa.Column("{"column" * 10}", sa.Integer, index=True))\n',
        f"ALTER TABLE {'long' * 15} MODIFY {'column' * 10} bigint",
        f"{'long' * 15}.{'column' * 10}",
    ),
}

FEATURES = {**COLUMNS, **OTHERS}
