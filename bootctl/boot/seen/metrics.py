"""A boot as a file for the textfile collector of Prometheus's node exporter.

https://prometheus.io/docs/instrumenting/exposition_formats/ and https://prometheus.io/docs/practices/naming/
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from time import time

from bootctl import __version__
from bootctl.boot.seen.boot import Boot
from bootctl.config.files import replace_file
from bootctl.output import log

_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})

Sample = tuple[Mapping[str, str], float]


class Metrics:
    """The file of one boot, which is written at its end."""

    def __init__(self, path: Path, command: str) -> None:
        self._path = path
        self._command = command
        self.boot = Boot(self._write)

    def _write(self, code: int) -> None:
        """Write it at once and whole; where that cannot be, a warning is all it costs."""
        try:
            replace_file(self._path, text(self.boot, self._command, code).encode())
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            log.event(
                "log.metrics_unwritten",
                f"log.metrics cannot be written: {why}",
                level="WARNING",
                file=str(self._path),
            )


def text(boot: Boot, command: str, code: int) -> str:
    """Return the metrics of a boot that ends with this exit code."""
    about = {
        "version": __version__,
        "command": command,
        "backend": boot.backend,
        "verification": boot.verification,
    }
    stages = [({"stage": name}, seconds) for name, seconds in sorted(boot.stages.items())]
    parts = [
        _metric("info", "What the last boot was; the value is always 1.", [(about, 1)]),
        _one("exit_code", "The exit code of the last boot, 0 where its server was started.", code),
        _one("timestamp_seconds", "When the last boot ended, in seconds since 1970.", time()),
        _one("duration_seconds", "How long the last boot took.", boot.watch.ms / 1000),
        _metric("stage_duration_seconds", "How long each stage took, without those in it.", stages),
        _one(
            "cached", "1 where a receipt was believed, 0 where not.", boot.verification == "cached"
        ),
        _one("migrations_applied", "Migrations that the last boot applied.", boot.applied),
        _one("drift_items", "Differences that counted, tolerated ones too.", boot.drift),
        _one(
            "wait_attempts",
            "How often dependencies were asked, all together.",
            sum(boot.attempts.values()),
        ),
    ]
    return "".join(parts)


def _one(name: str, what: str, value: float) -> str:
    return _metric(name, what, [({}, value)])


def _metric(name: str, what: str, samples: Iterable[Sample]) -> str:
    full = f"bootctl_boot_{name}"
    lines = [f"# HELP {full} {what}", f"# TYPE {full} gauge"]
    lines += [f"{full}{_labels(labels)} {_number(value)}" for labels, value in samples]
    return "".join(f"{line}\n" for line in lines)


def _labels(labels: Mapping[str, str]) -> str:
    named = (f'{name}="{value.translate(_ESCAPES)}"' for name, value in labels.items())
    return f"{{{','.join(named)}}}" if labels else ""


def _number(value: float) -> str:
    return repr(round(float(value), 3)) if isinstance(value, float) else str(int(value))
