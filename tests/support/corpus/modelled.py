"""Changes by hand to the tables that the models of ``models.py`` say."""

_ANY = (
    (
        "index dropped",
        "DROP INDEX accounts_name{on}",
        [("missing", "index accounts.accounts_name")],
    ),
    ("index added", "CREATE INDEX x ON accounts (level)", [("unexpected", "index accounts.x")]),
    (
        "unique index added",
        "CREATE UNIQUE INDEX x ON accounts (name, code)",
        [("unexpected", "index accounts.x")],
    ),
    (
        "index of other columns",
        "DROP INDEX accounts_name{on}; CREATE INDEX accounts_name ON accounts (name, code)",
        [("changed", "index accounts.accounts_name")],
    ),
    (
        "index of another order",
        "DROP INDEX accounts_name{on}; CREATE INDEX accounts_name ON accounts (name DESC)",
        [("changed", "index accounts.accounts_name")],
    ),
    (
        "index made unique",
        "DROP INDEX accounts_name{on}; CREATE UNIQUE INDEX accounts_name ON accounts (name)",
        [("changed", "index accounts.accounts_name")],
    ),
    (
        "column added",
        "ALTER TABLE accounts ADD extra INTEGER",
        [("unexpected", "column accounts.extra")],
    ),
    ("table added", "CREATE TABLE scratch (i INTEGER)", [("unexpected", "table scratch")]),
    ("table dropped", "DROP TABLE visits", [("missing", "table visits")]),
    (
        "view added",
        "CREATE VIEW named AS SELECT name FROM accounts",
        [("unexpected", "view named")],
    ),
    (
        "column dropped",
        "ALTER TABLE accounts DROP COLUMN note",
        [("missing", "column accounts.note")],
    ),
    (
        "column renamed",
        "ALTER TABLE accounts RENAME COLUMN note TO remark",
        [("missing", "column accounts.note"), ("unexpected", "column accounts.remark")],
    ),
)

_SERVERS = (
    (
        "unique dropped",
        "ALTER TABLE accounts DROP {unique}",
        [("missing", "{uniquekind} accounts.{uniquename}")],
    ),
    (
        "check dropped",
        "ALTER TABLE accounts DROP CONSTRAINT positive",
        [("missing", "check accounts.positive")],
    ),
    (
        "check changed",
        "ALTER TABLE accounts DROP CONSTRAINT positive; ALTER TABLE accounts ADD CONSTRAINT positive CHECK (balance >= 1)",
        [("changed", "check accounts.positive")],
    ),
    (
        "check added",
        "ALTER TABLE accounts ADD CONSTRAINT named CHECK (name <> 'x')",
        [("unexpected", "check accounts.named")],
    ),
    (
        "default changed",
        "ALTER TABLE accounts ALTER name SET DEFAULT 'x'",
        [("changed", "column accounts.name")],
    ),
    (
        "default dropped",
        "ALTER TABLE accounts ALTER name DROP DEFAULT",
        [("changed", "column accounts.name")],
    ),
    (
        "default added",
        "ALTER TABLE accounts ALTER email SET DEFAULT 'x'",
        [("changed", "column accounts.email")],
    ),
)

_POSTGRESQL = (
    (
        "primary key dropped",
        "ALTER TABLE visits DROP CONSTRAINT visits_pkey",
        [("missing", "primary key visits.visits_pkey")],
    ),
    (
        "foreign key dropped",
        "ALTER TABLE invoices DROP CONSTRAINT invoices_account_id_fkey",
        [("missing", "foreign key invoices.invoices_account_id_fkey")],
    ),
    (
        "foreign key not validated",
        "ALTER TABLE invoices DROP CONSTRAINT invoices_account_id_fkey, ADD CONSTRAINT invoices_account_id_fkey "
        "FOREIGN KEY (account_id) REFERENCES accounts ON DELETE CASCADE NOT VALID",
        [("changed", "foreign key invoices.invoices_account_id_fkey")],
    ),
    (
        "foreign key of another action",
        "ALTER TABLE invoices DROP CONSTRAINT invoices_account_id_fkey, ADD CONSTRAINT invoices_account_id_fkey "
        "FOREIGN KEY (account_id) REFERENCES accounts ON DELETE RESTRICT",
        [("changed", "foreign key invoices.invoices_account_id_fkey")],
    ),
    (
        "foreign key renamed",
        "ALTER TABLE invoices RENAME CONSTRAINT invoices_account_id_fkey TO x",
        [
            ("missing", "foreign key invoices.invoices_account_id_fkey"),
            ("unexpected", "foreign key invoices.x"),
        ],
    ),
    (
        "type changed",
        "ALTER TABLE accounts ALTER note TYPE varchar(90)",
        [("changed", "column accounts.note")],
    ),
    (
        "null allowed",
        "ALTER TABLE accounts ALTER email DROP NOT NULL",
        [("changed", "column accounts.email")],
    ),
    (
        "null forbidden",
        "ALTER TABLE accounts ALTER note SET NOT NULL",
        [("changed", "column accounts.note")],
    ),
    (
        "comment changed",
        "COMMENT ON COLUMN accounts.name IS 'x'",
        [("changed", "column accounts.name")],
    ),
    (
        "id default lost",
        "ALTER TABLE accounts ALTER id DROP DEFAULT",
        [("changed", "column accounts.id")],
    ),
    ("unlogged", "ALTER TABLE visits SET UNLOGGED", [("changed", "table visits")]),
    (
        "collation",
        'ALTER TABLE accounts ALTER note TYPE varchar(100) COLLATE "C"',
        [("changed", "column accounts.note")],
    ),
    (
        "predicate changed",
        "DROP INDEX accounts_partial; CREATE INDEX accounts_partial ON accounts (code) WHERE level = 2",
        [("changed", "index accounts.accounts_partial")],
    ),
    (
        "predicate dropped",
        "DROP INDEX accounts_partial; CREATE INDEX accounts_partial ON accounts (code)",
        [("changed", "index accounts.accounts_partial")],
    ),
    (
        "predicate added",
        "DROP INDEX accounts_name; CREATE INDEX accounts_name ON accounts (name) WHERE level = 2",
        [("changed", "index accounts.accounts_name")],
    ),
    (
        "include added",
        "DROP INDEX accounts_name; CREATE INDEX accounts_name ON accounts (name) INCLUDE (code)",
        [("changed", "index accounts.accounts_name")],
    ),
    (
        "method changed",
        "DROP INDEX accounts_name; CREATE INDEX accounts_name ON accounts USING hash (name)",
        [("changed", "index accounts.accounts_name")],
    ),
    (
        "operator class changed",
        "DROP INDEX accounts_name; CREATE INDEX accounts_name ON accounts (name varchar_pattern_ops)",
        [("changed", "index accounts.accounts_name")],
    ),
    (
        "method of a gin index",
        "DROP INDEX accounts_data; CREATE INDEX accounts_data ON accounts (data)",
        [("changed", "index accounts.accounts_data")],
    ),
    (
        "row security",
        "ALTER TABLE accounts ENABLE ROW LEVEL SECURITY",
        [("changed", "table accounts")],
    ),
    (
        "policy added",
        "CREATE POLICY mine ON accounts USING (true)",
        [("unexpected", "policy accounts.mine")],
    ),
    (
        "trigger added",
        "CREATE TRIGGER t BEFORE UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        [("unexpected", "trigger accounts.t")],
    ),
    (
        "generated added",
        "ALTER TABLE accounts ADD twice numeric GENERATED ALWAYS AS (level * 2) STORED",
        [("unexpected", "column accounts.twice")],
    ),
    (
        "precision dropped",
        "ALTER TABLE accounts ALTER balance TYPE numeric",
        [("changed", "column accounts.balance")],
    ),
    (
        "foreign key doubled",
        "ALTER TABLE invoices ADD CONSTRAINT again FOREIGN KEY (account_id) REFERENCES accounts ON DELETE CASCADE",
        [("unexpected", "foreign key invoices.again")],
    ),
    (
        "triggers of a foreign key disabled",
        "ALTER TABLE invoices DISABLE TRIGGER ALL",
        [("changed", "foreign key invoices.invoices_account_id_fkey")],
    ),
    (
        "id made an identity",
        "ALTER TABLE visits ALTER id DROP DEFAULT; DROP SEQUENCE visits_id_seq; "
        "ALTER TABLE visits ALTER id ADD GENERATED BY DEFAULT AS IDENTITY",
        [("changed", "column visits.id")],
    ),
    (
        "made an array",
        "ALTER TABLE accounts ALTER note TYPE varchar(100)[] USING NULL",
        [("changed", "column accounts.note")],
    ),
    ("unlogged invoices", "ALTER TABLE invoices SET UNLOGGED", [("changed", "table invoices")]),
)

_MARIADB = (
    (
        "primary key dropped",
        "ALTER TABLE visits MODIFY id INT NOT NULL, DROP PRIMARY KEY",
        [("missing", "primary key visits.PRIMARY"), ("changed", "column visits.id")],
    ),
    (
        "auto_increment lost",
        "ALTER TABLE accounts MODIFY id INT NOT NULL",
        [("changed", "column accounts.id")],
    ),
    (
        "type changed",
        "ALTER TABLE accounts MODIFY note VARCHAR(90)",
        [("changed", "column accounts.note")],
    ),
    (
        "null allowed",
        "ALTER TABLE accounts MODIFY email VARCHAR(100)",
        [("changed", "column accounts.email")],
    ),
    (
        "comment changed",
        "ALTER TABLE accounts MODIFY name VARCHAR(40) NOT NULL DEFAULT 'nobody' COMMENT 'x'",
        [("changed", "column accounts.name")],
    ),
    (
        "collation",
        "ALTER TABLE accounts MODIFY note VARCHAR(100) CHARACTER SET latin1",
        [("changed", "column accounts.note")],
    ),
    (
        "table collation",
        "ALTER TABLE visits DEFAULT CHARACTER SET latin1",
        [("changed", "table visits")],
    ),
    ("engine", "ALTER TABLE visits ENGINE=MyISAM", [("changed", "table visits")]),
    (
        "compressed",
        "ALTER TABLE accounts MODIFY note VARCHAR(100) COMPRESSED",
        [("changed", "column accounts.note")],
    ),
    (
        "invisible",
        "ALTER TABLE accounts ALTER COLUMN note SET DEFAULT 'q'",
        [("changed", "column accounts.note")],
    ),
    (
        "trigger added",
        "CREATE TRIGGER t BEFORE INSERT ON accounts FOR EACH ROW SET NEW.level = 2",
        [("unexpected", "trigger accounts.t")],
    ),
)

_SQLITE = (
    (
        "id that is not filled in",
        "DROP TABLE visits; CREATE TABLE visits (id INT NOT NULL PRIMARY KEY)",
        [("changed", "primary key visits")],
    ),
    (
        "foreign key of another action",
        "PRAGMA writable_schema = 1; UPDATE sqlite_master SET sql = replace(sql, 'DELETE CASCADE', 'DELETE RESTRICT') "
        "WHERE name = 'invoices'; PRAGMA writable_schema = RESET",
        [("changed", "foreign key invoices.({account})")],
    ),
    (
        "predicate changed",
        "DROP INDEX accounts_partial; CREATE INDEX accounts_partial ON accounts (code) WHERE level = 2",
        [("changed", "index accounts.accounts_partial")],
    ),
    (
        "predicate added",
        "DROP INDEX accounts_name; CREATE INDEX accounts_name ON accounts (name) WHERE level = 2",
        [("changed", "index accounts.accounts_name")],
    ),
    (
        "collation of an index",
        "DROP INDEX accounts_name; CREATE INDEX accounts_name ON accounts (name COLLATE NOCASE)",
        [("changed", "index accounts.accounts_name")],
    ),
    (
        "trigger added",
        "CREATE TRIGGER t AFTER INSERT ON accounts BEGIN DELETE FROM visits; END",
        [("unexpected", "trigger accounts.t")],
    ),
)

_NAMES = {
    "postgresql": {
        "on": "",
        "unique": "CONSTRAINT accounts_email_key",
        "uniquekind": "constraint",
        "uniquename": "accounts_email_key",
    },
    "mariadb": {
        "on": " ON accounts",
        "unique": "INDEX email",
        "uniquekind": "index",
        "uniquename": "email",
    },
    "sqlite": {"on": "", "account": "account_id"},
}


def _of(kind, *groups):
    names = _NAMES[kind]
    return [
        (
            f"models: {name}",
            sql.format_map(names),
            [(sign, what.format_map(names)) for sign, what in found],
        )
        for group in groups
        for name, sql, found in group
    ]


MODELLED = {
    "postgresql": _of("postgresql", _ANY, _SERVERS, _POSTGRESQL),
    "mariadb": _of("mariadb", _ANY, _SERVERS, _MARIADB),
    "sqlite": _of("sqlite", _ANY, _SQLITE),
}
