"""A hash of all that a database's catalog says of its schemas, made by the server in one statement.

It may change where nothing of a schema has: whoever asks then looks in full. It must not stay where
something has changed. So it takes whole rows of the catalog, with all the columns that a release of
the server has, and leaves out only what the server itself changes.
"""

_MARIADB = (
    ("schemata", "schema_name", "default_character_set_name, default_collation_name"),
    (
        "tables",
        "table_schema",
        "table_name, table_type, engine, row_format, table_collation, create_options, table_comment",
    ),
    (
        "columns",
        "table_schema",
        "table_name, ordinal_position, column_name, column_default, is_nullable, column_type, "
        "character_set_name, collation_name, column_key, extra, privileges, column_comment, "
        "is_generated, generation_expression",
    ),
    (
        "statistics",
        "table_schema",
        "table_name, index_name, seq_in_index, non_unique, column_name, collation, sub_part, "
        "packed, nullable, index_type, comment, index_comment, ignored",
    ),
    ("table_constraints", "table_schema", "table_name, constraint_name, constraint_type"),
    (
        "key_column_usage",
        "table_schema",
        "table_name, constraint_name, ordinal_position, column_name, referenced_table_schema, "
        "referenced_table_name, referenced_column_name",
    ),
    (
        "referential_constraints",
        "constraint_schema",
        "table_name, constraint_name, unique_constraint_name, match_option, update_rule, "
        "delete_rule, referenced_table_name",
    ),
    ("check_constraints", "constraint_schema", "table_name, constraint_name, level, check_clause"),
    (
        "views",
        "table_schema",
        "table_name, view_definition, check_option, is_updatable, definer, security_type, "
        "character_set_client, collation_connection, algorithm",
    ),
    (
        "triggers",
        "trigger_schema",
        "event_object_table, trigger_name, event_manipulation, action_order, action_statement, "
        "action_timing, sql_mode, definer, character_set_client, collation_connection",
    ),
    (
        "routines",
        "routine_schema",
        "routine_type, routine_name, dtd_identifier, routine_definition, is_deterministic, "
        "sql_data_access, security_type, sql_mode, routine_comment, definer, last_altered",
    ),
    (
        "parameters",
        "specific_schema",
        "routine_type, specific_name, ordinal_position, parameter_mode, parameter_name, "
        "dtd_identifier",
    ),
    (
        "events",
        "event_schema",
        "event_name, definer, time_zone, event_definition, event_type, execute_at, interval_value, "
        "interval_field, sql_mode, starts, ends, status, on_completion, event_comment",
    ),
    (
        "partitions",
        "table_schema",
        "table_name, partition_name, subpartition_name, partition_ordinal_position, "
        "subpartition_ordinal_position, partition_method, subpartition_method, "
        "partition_expression, subpartition_expression, partition_description, partition_comment",
    ),
    ("table_privileges", "table_schema", "grantee, table_name, privilege_type, is_grantable"),
    (
        "column_privileges",
        "table_schema",
        "grantee, table_name, column_name, privilege_type, is_grantable",
    ),
    ("schema_privileges", "table_schema", "grantee, privilege_type, is_grantable"),
)
"""What information_schema has of a schema, without how many rows there are, and when it was used."""
_OF_THE_USER = (
    "grantee = CONCAT(QUOTE(SUBSTRING_INDEX(CURRENT_USER(), '@', 1)), '@', "
    "QUOTE(SUBSTRING_INDEX(CURRENT_USER(), '@', -1)))"
)
"""Whose rights to the whole server count: others' come and go with every account that anybody makes on it."""
_MARIADB_SESSION = (
    "VERSION(), DATABASE(), CURRENT_USER(), @@sql_mode, @@lower_case_table_names, @@time_zone, "
    "@@character_set_database, @@collation_database, @@explicit_defaults_for_timestamp"
)


def mariadb() -> str:
    """Return the expressions for MariaDB, of the connection's database: the hash, and its sequences.

    What a sequence is, information_schema does not say: it is asked itself.
    """
    hashes = [
        hashed(columns, f"information_schema.{table} WHERE {schema} = DATABASE()")
        for table, schema, columns in _MARIADB
    ]
    granted = hashed(
        "grantee, privilege_type, is_grantable",
        f"information_schema.user_privileges WHERE {_OF_THE_USER}",
    )
    sequences = (
        "(SELECT JSON_ARRAYAGG(table_name) FROM information_schema.tables WHERE table_schema = "
        "DATABASE() AND table_type = 'SEQUENCE')"
    )
    everything = ", ".join([*hashes, granted, f"JSON_ARRAY({_MARIADB_SESSION})"])
    return f"MD5(CONCAT_WS(' ', {everything})), {sequences}"


SEQUENCE = "start_value, minimum_value, maximum_value, increment, cache_size, cycle_option"
"""What a sequence of MariaDB's says of itself; not where it is."""
_OF_ANY_ORDER = (
    "CONCAT(COUNT(*), '.', BIT_XOR(CAST(CONV(LEFT(hashed, 16), 16, 10) AS UNSIGNED)), '.', "
    "BIT_XOR(CAST(CONV(RIGHT(hashed, 16), 16, 10) AS UNSIGNED)))"
)


def hashed(columns: str, rows: str) -> str:
    """Return the expression for MySQL and MariaDB of one hash of ``rows``, in any order: of FROM, and WHERE."""
    each = f"SELECT MD5(JSON_ARRAY({columns})) AS hashed FROM {rows}"
    return f"(SELECT {_OF_ANY_ORDER} FROM ({each}) AS found)"


SQLITE = (
    "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name, tbl_name, sql",
    "SELECT sqlite_version(), (SELECT encoding FROM pragma_encoding)",
)
"""SQLite's catalog is its text."""
