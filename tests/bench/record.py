"""Where measurements are kept: the raw ones beside the checkout, the ratios in the docs."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.bench import picture
from tests.bench.figures import Line
from tests.support.paths import ROOT

RECORD = ROOT / "docs/bench.json"
PICTURE = ROOT / "docs/bench.svg"
RAW = ROOT / ".bench"
_LIBRARIES = ("alembic", "sqlalchemy", "aerich", "tortoise-orm", "asyncpg")


@dataclass(frozen=True)
class Record:
    """The lines of one day, on one machine."""

    date: str
    machine: str
    lines: tuple[Line, ...]

    def text(self) -> str:
        """Return it as the file has it."""
        document = {
            "date": self.date,
            "machine": self.machine,
            "lines": [line.recorded() for line in self.lines],
        }
        return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def read(path: Path = RECORD) -> Record:
    """The recorded lines."""
    document = json.loads(path.read_text())
    lines = tuple(map(Line.of, document["lines"]))
    return Record(document["date"], document["machine"], lines)


def write(measured: Sequence[Line], path: Path = RECORD, image: Path = PICTURE) -> None:
    """Record ``measured`` in the place of what was recorded before, and draw it."""
    made = Record(today(), machine(), tuple(measured))
    path.write_text(made.text())
    image.write_text(picture.drawn(read(path).lines, made.date))  # as rounded there


def write_raw(section: str, figures: Mapping[str, Any]) -> None:
    """Keep every figure of one section of this run, as one line of JSON."""
    RAW.mkdir(exist_ok=True)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    run = {"at": at, "machine": machine(), "section": section, "figures": figures}
    with (RAW / f"{today()}.jsonl").open("a") as file:
        file.write(json.dumps(run) + "\n")


def today() -> str:
    """The date of now."""
    return datetime.now(UTC).date().isoformat()


def machine() -> str:
    """What the ratios may depend on, in words."""
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {libraries}"
    )
