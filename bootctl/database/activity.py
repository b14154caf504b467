"""What a session does, as another session of the same server sees it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from bootctl.values import frozen

if TYPE_CHECKING:
    from sqlalchemy import Connection


@frozen
class Activity:
    """What a session does; its query is not given: it may hold a secret."""

    state: str = ""
    """``active``, or what the server calls one that waits for its client."""
    wait_event: str = ""
    """What of the server it waits for, such as ``IO: DataFileRead``."""
    command: str = ""
    table: str = ""
    phase: str = ""
    done: int | None = None
    total: int | None = None
    unit: str = ""
    percent: float | None = None
    """How much of the phase is done."""
    blockers: tuple[str, ...] = ()
    """The sessions that it waits for."""


def activity(connection: "Connection", pid: int) -> Activity | None:
    """Return what session ``pid`` does, as far as the role of ``connection`` may see; else ``None``."""
    if connection.dialect.name == "postgresql":
        return _of_postgresql(connection, pid)
    return _of_mysql(connection, pid)


_STATE = text("SELECT state, wait_event_type, wait_event FROM pg_stat_activity WHERE pid = :pid")

_VIEWS = (
    (
        12,
        """
    SELECT command, relid::regclass::text, phase,
           CASE WHEN phase LIKE 'waiting%' THEN lockers_done
                WHEN phase LIKE '%tuples%' THEN tuples_done ELSE blocks_done END,
           CASE WHEN phase LIKE 'waiting%' THEN lockers_total
                WHEN phase LIKE '%tuples%' THEN tuples_total ELSE blocks_total END,
           CASE WHEN phase LIKE 'waiting%' THEN 'sessions'
                WHEN phase LIKE '%tuples%' THEN 'rows' ELSE 'blocks' END
    FROM pg_stat_progress_create_index WHERE pid = :pid
    """,
    ),
    (
        12,
        """
    SELECT command, relid::regclass::text, phase, heap_blks_scanned, heap_blks_total, 'blocks'
    FROM pg_stat_progress_cluster WHERE pid = :pid
    """,
    ),
    (
        9,
        """
    SELECT 'VACUUM', relid::regclass::text, phase, heap_blks_scanned, heap_blks_total, 'blocks'
    FROM pg_stat_progress_vacuum WHERE pid = :pid
    """,
    ),
    (
        13,
        """
    SELECT 'ANALYZE', relid::regclass::text, phase, sample_blks_scanned, sample_blks_total, 'blocks'
    FROM pg_stat_progress_analyze WHERE pid = :pid
    """,
    ),
    (
        14,
        """
    SELECT command, relid::regclass::text, '',
           CASE WHEN bytes_total > 0 THEN bytes_processed ELSE tuples_processed END, bytes_total,
           CASE WHEN bytes_total > 0 THEN 'bytes' ELSE 'rows' END
    FROM pg_stat_progress_copy WHERE pid = :pid
    """,
    ),
)
"""By the first version that has each.

https://www.postgresql.org/docs/current/progress-reporting.html
"""


def _of_postgresql(connection: "Connection", pid: int) -> Activity | None:
    found = connection.execute(_STATE, {"pid": pid}).first()
    if found is None:
        return None
    state, kind, event = (str(part or "") for part in found)
    wait_event = ": ".join(part for part in (kind, event) if part and state == "active")
    version = int((connection.dialect.server_version_info or (0,))[0])
    views = " UNION ALL ".join(query for since, query in _VIEWS if version >= since)
    row = connection.execute(text(views), {"pid": pid}).first() if views else None
    # What is in a view works, also where it has begun after its state was read.
    return Activity("active", wait_event, *_progress(row)) if row else Activity(state, wait_event)


def _progress(
    row: Sequence[Any],
) -> tuple[str, str, str, int | None, int | None, str, float | None]:
    command, table, phase, done, total, unit = row
    # Of a table that is not committed yet, others see the number only.
    name = "" if table is None or table.isdigit() or table == "-" else str(table)
    if not total:
        return command or "", name, phase or "", done or None, None, unit, None
    return command, name, phase, done, total, unit, round(100 * done / total, 1)


_PROCESS = text("SELECT * FROM information_schema.processlist WHERE id = :pid")
"""MariaDB says how far it is: https://mariadb.com/kb/en/progress-reporting/"""


def _of_mysql(connection: "Connection", pid: int) -> Activity | None:
    found = connection.execute(_PROCESS, {"pid": pid}).mappings().first()
    if found is None:
        return None
    row: Mapping[str, Any] = {str(key).lower(): value for key, value in found.items()}
    if row["command"] == "Sleep":
        return Activity("idle")
    phase, stages = str(row["state"] or ""), int(row.get("max_stage") or 0)
    if stages > 1:
        phase += f" (stage {row['stage']} of {stages})"
    percent = round(float(row["progress"]), 1) if stages else None
    return Activity("active", phase=phase, percent=percent)
