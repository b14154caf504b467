"""What ``resolve`` is about to do, for a program and for a person."""

from typing import Any

from bootctl.boot.resolve.resolution import Resolution, Wanted


def document(wanted: Wanted, found: tuple[Resolution, ...]) -> dict[str, Any]:
    """Return what ``bootctl resolve --json`` prints."""
    return {
        "way": str(wanted.way),
        "revision": wanted.revision,
        "databases": [_database(item) for item in found],
    }


def _database(item: Resolution) -> dict[str, Any]:
    return {
        "target": str(item.database.url),
        "revision": item.revision,
        "found": item.found,
        "before": item.before,
        "statements": list(item.all_statements),
        "after": item.after,
        "notes": list(item.notes),
    }


def text(shown: dict[str, Any]) -> str:
    """Return what ``bootctl resolve`` prints first: a line for each thing to know."""
    lines = []
    for item in shown["databases"]:
        lines += [f"{'database':<10} {item['target']}", f"{shown['way']:<10} {item['revision']}"]
        lines += [f"{key:<10} {item[key]}" for key in ("found", "before")]
        lines += [f"{'execute':<10} {sql}" for sql in item["statements"]]
        lines += [f"{'after':<10} {item['after']}"]
        lines += [f"{'note':<10} {note}" for note in item["notes"]]
    return "\n".join(lines) or f"nothing to resolve: {shown['revision']}"
