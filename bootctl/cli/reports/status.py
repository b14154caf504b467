"""Where the databases stand relative to the code, for a program and for a person."""

from collections.abc import Iterator
from typing import Any

from bootctl.boot.looks import Status
from bootctl.cli.reports.cells import flat
from bootctl.database.state import Direction
from bootctl.ledger.recovery import RecoveryPlan
from bootctl.ledger.table import Altered
from bootctl.ledger.wording import by_hand
from bootctl.migrate.inspection import Database


def document(status: Status) -> dict[str, Any]:
    """Return what ``bootctl status --json`` prints."""
    databases = [_database(item, status) for item in status.inspection.databases]
    return {
        "backend": status.backend,
        "direction": str(status.inspection.direction),
        "heads": list(status.history.heads),
        **{key: _union(databases, key) for key in ("current", "applied", "pending", "unknown")},
        "lock": next((item["lock"] for item in databases if item["lock"]), None),
        "databases": databases,
    }


def text(status: dict[str, Any]) -> str:
    """Return what ``bootctl status`` prints: a line for each key, and for each of several databases."""
    lines = [f"{key:<10} {flat(value)}" for key, value in status.items() if key != "databases"]
    for database in status["databases"]:
        lines += [f"{'reason':<10} {database['reason']}"] if database["reason"] else []
        lines += [f"{key:<10} {sql}" for key in ("forward", "back") for sql in database[key]]
        lines += [f"{'next':<10} {way}" for way in _resolving(database)]
        for key in ("edited", "vanished"):
            lines += [f"{key:<10} {flat([*filter(None, item.values())])}" for item in database[key]]
    if len(status["databases"]) > 1:
        lines += [f"  {item['target']}: {item['direction']}" for item in status["databases"]]
    return "\n".join(lines)


def _resolving(database: dict[str, Any]) -> Iterator[str]:
    """Yield what does each way out by its name, or what to do by hand."""
    ways = [way for way in ("forward", "back") if database[way]]
    for way in ways:
        yield f"bootctl resolve --{way} {database['pending'][0]}"
    if not ways and database["direction"] == Direction.DIRTY:
        yield by_hand(database["pending"][0])


def _database(database: Database, status: Status) -> dict[str, Any]:
    url = str(database.url)
    holder, plan = status.holders.get(url), status.plans.get(url, RecoveryPlan())
    return {
        "target": url,
        "direction": str(database.direction),
        "current": list(database.current),
        "applied": list(database.applied),
        "pending": [item.id for item in database.pending],
        "unknown": list(database.unknown),
        "lock": str(holder) if holder else None,
        "reason": database.reason,
        "forward": list(plan.forward),
        "back": list(plan.back),
        "edited": [_altered(item) for item in database.edited],
        "vanished": [_altered(item) for item in database.vanished],
    }


def _altered(item: Altered) -> dict[str, str]:
    return {
        "revision": item.revision,
        "file": item.file,
        "applied_at": f"{item.applied_at.isoformat()}Z",
        "code_version": item.code_version,
    }


def _union(databases: list[dict[str, Any]], key: str) -> list[str]:
    return list(dict.fromkeys(item for database in databases for item in database[key]))
