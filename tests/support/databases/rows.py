"""Many rows in a table of a test's."""

from tests.support.databases.fresh import Database

_MANY = {
    "postgresql": "INSERT INTO users (id, email) SELECT i, 'a' || i FROM generate_series(1, {count}) i",
    "mariadb": "INSERT INTO users (id, email) SELECT seq, concat('a', seq) FROM seq_1_to_{count}",
    "sqlite": (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "
        "INSERT INTO users (id, email) SELECT i, 'a' || i FROM n"
    ),
}


def fill_users(database: Database, count: int = 30_000) -> None:
    """Insert ``count`` users: by default more than a table that is small has."""
    database.execute(_MANY[database.kind].format(count=count))
