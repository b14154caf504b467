"""``schema.lock``: the catalog that a project's migrations make, as a file that is reviewed.

It is JSON with one object of the schema in a line; of one whose definition has several lines, each is
one here too. What is written depends on nothing but the catalog and its heads.
"""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bootctl.config.files import read_text
from bootctl.errors import SettingsError
from bootctl.verify.catalog.objects import Catalog, SchemaObject
from bootctl.verify.record import Record

NAME = "schema.lock"
COMMAND = "bootctl check --scratch --write"
"""What writes it anew."""
_FORMAT = 1
_MOST_BYTES = 64 << 20
_ABOUT = f"What the migrations make. Written by `{COMMAND}`; not to be edited."
_CONFLICT = ("<<<<<<<", "=======", ">>>>>>>")


def read(path: Path) -> Record:
    """Return what the file says that the migrations make, and at which heads.

    Raises ``SettingsError`` where it cannot be read, or is no such file.
    """
    text = read_text(path, _MOST_BYTES)
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith(_CONFLICT):
            raise _unusable(path, f"line {number} has a mark of a merge conflict", number)
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise _unusable(
            path, f"line {error.lineno} is not JSON: {error.msg}", error.lineno
        ) from None
    except RecursionError:
        raise _unusable(path, "it is nested too deeply") from None
    return _record(path, document)


def line(path: Path, name: str) -> int:
    """Return the line in which the file has an object of this name; 1 where it has none."""
    named = f'"name": {_json(name)}'
    lines = read_text(path, _MOST_BYTES).splitlines()
    return next((number for number, own in enumerate(lines, 1) if named in own), 1)


def text(catalog: Catalog, heads: Iterable[str]) -> str:
    """Return what the file says of a catalog that the migrations up to ``heads`` make."""
    head = {
        "about": _ABOUT,
        "format": _FORMAT,
        "server": catalog.server,
        "schemas": list(catalog.schemas),
        "heads": sorted(heads),
    }
    lines = [f"  {_json(key)}: {_json(value)}," for key, value in head.items()]
    # What belongs to a table stands below it.
    ordered = sorted(catalog.objects, key=lambda item: (item.table or item.name, *_place(item)))
    objects = ",\n".join(map(_shown, ordered))
    return "\n".join(
        ["{", *lines, '  "objects": [', *([objects] if objects else []), "  ]", "}", ""]
    )


def write(path: Path, catalog: Catalog, heads: Iterable[str]) -> None:
    """Put the file in the place of what is at ``path``, at once. Raises ``SettingsError``."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            with new.open("x", encoding="utf-8") as file:
                file.write(text(catalog, heads))
                file.flush()
                os.fsync(file.fileno())
            new.replace(path)
        finally:
            new.unlink(missing_ok=True)
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be written: {error.strerror}",
            hint="Name a file where this user may write: --write FILE.",
            file=str(path),
        ) from None


def _place(item: SchemaObject) -> tuple[bool, str, str]:
    return bool(item.table), item.kind, item.name


def _shown(item: SchemaObject) -> str:
    parts = {part: _lines(value) for part, value in sorted(item.parts.items())}
    named = {"kind": item.kind, "name": item.name}
    row = {**named, **({"table": item.table} if item.table else {}), "parts": parts}
    if not any(isinstance(value, list) for value in parts.values()):
        return f"    {_json(row)}"
    indented = json.dumps(row, ensure_ascii=False, indent=2)
    return "\n".join(f"    {line}" for line in indented.splitlines())


def _lines(value: str) -> str | list[str]:
    return value.split("\n") if "\n" in value else value


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _record(path: Path, document: Any) -> Record:
    if not isinstance(document, Mapping) or not isinstance(document.get("objects"), list):
        raise _unusable(path, 'it has no "objects"')
    if document.get("format") != _FORMAT:
        raise _unusable(path, f"its format is {document.get('format')!r}, not {_FORMAT}")
    try:
        objects = [_object(row) for row in document["objects"]]
        catalog = Catalog(objects, str(document["server"]), schemas=map(str, document["schemas"]))
        return Record(catalog, tuple(map(str, document["heads"])), "", path.name)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _unusable(path, "it is not as bootctl writes it") from None


def _object(row: Mapping[str, Any]) -> SchemaObject:
    parts = {
        part: "\n".join(value) if isinstance(value, list) else str(value)
        for part, value in row["parts"].items()
    }
    return SchemaObject(str(row["kind"]), str(row["name"]), str(row.get("table", "")), parts)


def _unusable(path: Path, why: str, line: int | None = None) -> SettingsError:
    place = {"file": str(path)} | ({"line": line} if line else {})
    return SettingsError(
        f"{path.name} cannot be used: {why}", hint=f"Write it anew: `{COMMAND}`.", **place
    )
