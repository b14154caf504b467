"""What a released image needs, as a file for CI: ``check`` writes it, and compares later migrations with it."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from bootctl.boot.breaking import Break, judged
from bootctl.boot.receipts.needs import Needs
from bootctl.boot.replay import Replayed
from bootctl.boot.running import Running
from bootctl.config.files import read_text
from bootctl.database.state import Difference
from bootctl.errors import SettingsError
from bootctl.ledger.ledger import code_version
from bootctl.output import log
from bootctl.project.syntax import Sources
from bootctl.values import frozen
from bootctl.verify.breaks import concerned, untold, why_not
from bootctl.verify.catalog.objects import Catalog
from bootctl.verify.needed import needed

KIND = "breaks running"
COMMAND = "bootctl check --write-needs FILE"
_FORMAT = 1
_MOST_BYTES = 64 << 20


@frozen
class Released:
    """A released image: what its models need, and the schema that its migrations make of those tables."""

    code_version: str
    heads: tuple[str, ...]
    needs: Catalog
    schema: Catalog

    @property
    def running(self) -> Running:
        """Return it as a version that runs."""
        return Running(Needs(self.code_version, self.needs), "")

    @property
    def name(self) -> str:
        """Return what it is called: by its version, or by where its migrations end."""
        return self.code_version or ", ".join(self.heads)


def write(path: Path, root: Path, found: Replayed) -> None:
    """Write what the project at ``root`` needs of what was replayed. Raises ``SettingsError``."""
    models, live = _sides(found)
    needs = needed(models, live)
    schema = concerned(needs, live)
    document = {
        "about": f"What the code needs. Written by `{COMMAND}`; not to be edited.",
        "format": _FORMAT,
        "code_version": code_version(root),
        "heads": sorted(found.heads),
        "needs": json.loads(needs.to_json()),
        "schema": json.loads(schema.to_json()),
    }
    try:
        path.write_text(f"{json.dumps(document, ensure_ascii=False, indent=1)}\n", encoding="utf-8")
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be written: {error.strerror}",
            hint="Name a file where this user may write.",
            file=str(path),
        ) from None
    log.event("verify.needs_written", f"wrote what the code needs to {path}", file=str(path))


def read(path: Path) -> Released:
    """Return what the file says. Raises ``SettingsError`` where it is no such file."""
    try:
        document: dict[str, Any] = json.loads(read_text(path, _MOST_BYTES))
        if document["format"] != _FORMAT:
            raise ValueError("of another release")
        needs, schema = (
            Catalog.from_json(json.dumps(document[name])) for name in ("needs", "schema")
        )
        return Released(document["code_version"], tuple(document["heads"]), needs, schema)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise SettingsError(
            f"{path} does not say what an image needs",
            hint=f"Write it with the released code: `{COMMAND}`.",
            file=str(path),
        ) from None


def broken(released: Released, found: Replayed, root: Path) -> tuple[list[Difference], list[str]]:
    """Return what the replayed migrations break of a released image, and what cannot be compared."""
    _, live = _sides(found)
    if why := why_not(released.needs, live):
        return [], [f"{released.name}: {why}"]
    items = judged(released.running, released.schema, live, found.ran)
    sources = Sources(root)
    unknown = untold(released.needs, released.schema, live)
    return [_told(item, sources) for item in items], [
        f"{released.name}: {item}" for item in unknown
    ]


def _sides(found: Replayed) -> tuple[Catalog, Catalog]:
    """Return what the models say, and the schema that was made."""
    database = found.inspection.databases[0]
    comparison, snapshot = database.comparison, database.snapshot
    models = comparison.models if comparison else None
    return models or Catalog(()), snapshot.live if snapshot else Catalog(())


def _told(item: Break, sources: Sources) -> Difference:
    difference, by = item.ruling.difference, f"by {item.statement}" if item.statement else ""
    detail = "; ".join(filter(None, (difference.detail, item.ruling.why, by)))
    kind = f"{KIND}: {difference.kind}"
    return replace(difference, kind=kind, detail=detail, layers=(), place=_place(item, sources))


def _place(item: Break, sources: Sources) -> str:
    if item.revision is None:
        return ""
    path, line = item.revision.path, 1
    with suppress(OSError, SyntaxError, ValueError):  # such as of bytecode
        words = sources.words(path)
        line = next((words[name] for name in _names(item) if name in words), 1)
    return f"{path}:{line}"


def _names(item: Break) -> Sequence[str]:
    return item.ruling.difference.name.split(".")[::-1]
