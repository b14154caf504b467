"""Where the databases stand relative to the code, for a program and for a person."""

from typing import Any

from bootctl.backends.protocol import Backend
from bootctl.state import Altered, Database, Inspection


def document(backend: Backend, inspection: Inspection) -> dict[str, Any]:
    """What ``bootctl status --json`` prints."""
    databases = [_database(item) for item in inspection.databases]
    return {
        "backend": backend.name,
        "direction": str(inspection.direction),
        "heads": list(backend.history().heads),
        **{key: _union(databases, key) for key in ("current", "applied", "pending", "unknown")},
        "databases": databases,
    }


def text(status: dict[str, Any]) -> str:
    """What ``bootctl status`` prints: a line for each key, and for each of several databases."""
    lines = [f"{key:<10} {flat(value)}" for key, value in status.items() if key != "databases"]
    for database in status["databases"]:
        lines += [f"{'reason':<10} {database['reason']}"] if database["reason"] else []
        for key in ("edited", "vanished"):
            lines += [f"{key:<10} {flat([*filter(None, item.values())])}" for item in database[key]]
    if len(status["databases"]) > 1:
        lines += [f"  {item['target']}: {item['direction']}" for item in status["databases"]]
    return "\n".join(lines)


def flat(value: Any) -> str:
    """A value in one cell of a table."""
    if value is None or value == []:
        return "-"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _database(database: Database) -> dict[str, Any]:
    return {
        "target": str(database.url),
        "direction": str(database.direction),
        "current": list(database.current),
        "applied": list(database.applied),
        "pending": [item.id for item in database.pending],
        "unknown": list(database.unknown),
        "reason": database.reason,
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
