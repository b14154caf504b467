"""What the role that migrates may do, and what lies between it and its server: asked in one session."""

import re
import time
from typing import Any

from sqlalchemy import Connection

from bootctl.boot.doctor.finding import Findings
from bootctl.database.migration_target import MigrationTarget
from bootctl.ledger.autogenerate import LEDGER
from bootctl.locking.pooler import is_pooled, refuse_pooler

_SECONDS = 5.0
_MOST_SKEW_SECONDS = 2.0
"""More than an answer takes, and than two clocks that are kept right differ."""
_CLOCKS = {
    "postgresql": "SELECT extract(epoch FROM clock_timestamp())",
    "mysql": "SELECT UNIX_TIMESTAMP(SYSDATE(6))",
}
_VERSIONS = {"postgresql": "SHOW server_version", "mysql": "SELECT VERSION()"}
_POSTGRESQL = f"""
    SELECT current_user, has_database_privilege(current_database(), 'TEMPORARY'),
           has_schema_privilege(current_schema(), 'CREATE'),
           pg_has_role(current_user, 'pg_read_all_stats', 'USAGE'),
           current_schema(), current_database(),
           CASE WHEN to_regclass('{LEDGER}') IS NULL THEN true
                ELSE has_table_privilege('{LEDGER}', 'SELECT')
                 AND has_table_privilege('{LEDGER}', 'INSERT')
                 AND has_table_privilege('{LEDGER}', 'UPDATE')
                 AND has_table_privilege('{LEDGER}', 'DELETE') END
"""
_NEEDED_OF_MYSQL = ("CREATE", "ALTER", "DROP", "INDEX", "SELECT", "INSERT", "UPDATE", "DELETE")
_GRANT = re.compile(r"GRANT (?P<what>.*?) ON (?P<where>\S+) TO ")
_AREA = "role"


def examine(target: MigrationTarget, found: Findings) -> None:
    """Ask the server behind ``target``; of an SQLite file there is none."""
    kind = "postgresql" if target.url.scheme == "postgresql" else "mysql"
    session = target.open()
    try:
        with found.looking("pooler", stops=False):
            if kind == "postgresql" and is_pooled(session):
                refuse_pooler(target, session)
                _tell_pooler(target, found)
        with found.looking("clock", stops=False):
            session.run(lambda connection: _clock(connection, kind, found), timeout=_SECONDS)
        with found.looking(_AREA, stops=False):
            ask = _of_postgresql if kind == "postgresql" else _of_mysql
            session.run(lambda connection: ask(connection, found), timeout=_SECONDS)
    finally:
        session.close()


def _tell_pooler(target: MigrationTarget, found: Findings) -> None:
    found.note(
        "pooler",
        f"{target.url} leads through a pooler, which keeps a session for each client",
        "Nothing to mend; a URL that leads to the server itself, in "
        "BOOTCTL__DATABASE__MIGRATION_URL, is safer where it is shared.",
    )


def _clock(connection: Connection, kind: str, found: Findings) -> None:
    server = connection.exec_driver_sql(_VERSIONS[kind]).scalar()
    found.ok("database", f"the server is {connection.dialect.name} {server}")
    before = time.time()
    theirs = float(_scalar(connection, _CLOCKS[kind]))
    off = (before + time.time()) / 2 - theirs
    if abs(off) <= _MOST_SKEW_SECONDS:
        found.ok("clock", f"it differs from the server's by {abs(off):.1f} s")
        return
    found.warn(
        "clock",
        f"the clock of this machine is {abs(off):.0f} s {'ahead of' if off > 0 else 'behind'} the "
        "database server's",
        "Have both keep time (NTP): certificates, tokens, and the times in the ledger and in the "
        "log depend on it.",
    )


def _of_postgresql(connection: Connection, found: Findings) -> None:
    user, temporary, create, stats, schema, database, ledger = connection.exec_driver_sql(
        _POSTGRESQL
    ).one()
    role = f'"{user}"'
    told = _Told(found, f"role {user}")
    if schema is None:
        found.warn(
            _AREA,
            f"role {user} has no schema: none of its search_path is there",
            f"CREATE SCHEMA, or ALTER ROLE {role} SET search_path = ...;",
        )
    else:
        grant = f"GRANT CREATE ON SCHEMA {schema} TO {role};"
        told(create, f"may create tables in the schema {schema}", grant)
    told(
        temporary,
        "may make temporary tables, in which models are compared",
        f'GRANT TEMPORARY ON DATABASE "{database}" TO {role};',
    )
    told(
        ledger,
        f"may write the table {LEDGER}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {LEDGER} TO {role};",
    )
    if not stats:
        found.note(
            _AREA,
            f"role {user} sees no progress of other roles' statements, nor what they execute",
            f"To see who blocks a migration: GRANT pg_read_all_stats TO {role};",
        )


class _Told:
    """Tells what a role may do, or what it lacks, with the grant."""

    def __init__(self, found: Findings, who: str) -> None:
        self._found, self._who = found, who

    def __call__(self, may: bool, what: str, grant: str) -> None:
        if may:
            self._found.ok(_AREA, f"{self._who} {what}")
        else:
            said = f"{self._who} {what.replace('may ', 'may not ', 1)}"
            self._found.warn(_AREA, said, f"As an owner or administrator: {grant}")


def _of_mysql(connection: Connection, found: Findings) -> None:
    user, database = connection.exec_driver_sql("SELECT CURRENT_USER(), DATABASE()").one()
    rows = connection.exec_driver_sql("SHOW GRANTS").scalars().all()
    granted = {word for row in rows for word in _granted(str(row), str(database))}
    everything = "ALL PRIVILEGES" in granted
    told = _Told(found, f"role {user}")
    who = "@".join(f"'{part}'" for part in str(user).split("@"))
    lacking = [word for word in _NEEDED_OF_MYSQL if not everything and word not in granted]
    wanted = ", ".join(lacking or _NEEDED_OF_MYSQL)
    told(not lacking, f"may {wanted} in {database}", f"GRANT {wanted} ON `{database}`.* TO {who};")
    told(
        everything or "CREATE TEMPORARY TABLES" in granted,
        "may make temporary tables",
        f"GRANT CREATE TEMPORARY TABLES ON `{database}`.* TO {who};",
    )
    if not any(_is_everywhere(str(row)) for row in rows):
        found.note(
            _AREA,
            f"role {user} lacks PROCESS: it sees no sessions of other roles, nor their progress",
            f"To see who blocks a migration: GRANT PROCESS ON *.* TO {who};",
        )


def _granted(row: str, database: str) -> list[str]:
    """Return what a row of SHOW GRANTS gives in ``database``."""
    match = _GRANT.match(row)
    if match is None:
        return []
    pattern = match["where"].replace("`", "").removesuffix(".*").replace("\\_", "_")
    if pattern not in ("*", database) and not _is_like(pattern, database):
        return []
    return [word.strip() for word in match["what"].split(",")]


def _is_like(pattern: str, name: str) -> bool:
    regex = re.escape(pattern).replace("%", ".*").replace("_", ".")
    return re.fullmatch(regex, name) is not None


def _is_everywhere(row: str) -> bool:
    match = _GRANT.match(row)
    words = match["what"] if match and match["where"] == "*.*" else ""
    return "PROCESS" in words or "ALL PRIVILEGES" in words


def _scalar(connection: Connection, query: str) -> Any:
    return connection.exec_driver_sql(query).scalar_one()
