"""From differences to a verdict: which of them count."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from bootctl.config.files import read_text
from bootctl.config.settings import Verify
from bootctl.database.state import Difference, Direction
from bootctl.errors import SettingsError
from bootctl.output.redact import redactor


@dataclass(frozen=True)
class Verdict:
    """What a check found, and what of it counts."""

    direction: Direction | None
    """``None`` where no database was read."""
    differences: tuple[Difference, ...]
    accepted: tuple[Difference, ...]
    """Differences that ``verify.ignore`` or ``verify.baseline`` accept."""
    pending: tuple[str, ...]
    compared_with: tuple[str, ...] = ("models",)
    """What the live schema was held against: ``models``, ``migrations``, each with when and where from."""
    not_compared: tuple[str, ...] = ()
    """What was not compared, and why, a phrase each."""

    @property
    def clean(self) -> bool:
        """Return whether the schema is what the models say."""
        return not self.differences

    def told(self, tell: Callable[[str], str]) -> "Verdict":
        """Return it with what ``tell`` makes of the texts that are not ours."""
        return replace(
            self,
            differences=tuple(item.told(tell) for item in self.differences),
            accepted=tuple(item.told(tell) for item in self.accepted),
            pending=tuple(map(tell, self.pending)),
            compared_with=tuple(map(tell, self.compared_with)),
            not_compared=tuple(map(tell, self.not_compared)),
        )


class DriftPolicy:
    """Knows what is accepted, by the settings. Raises ``SettingsError`` for a bad baseline."""

    def __init__(self, settings: Verify) -> None:
        self._ignore = settings.ignore
        self._baseline = _read(settings.baseline) if settings.baseline else frozenset()

    def split(
        self, found: Iterable[Difference]
    ) -> tuple[tuple[Difference, ...], tuple[Difference, ...]]:
        """Return the differences that count, and those that are accepted."""
        counted: list[Difference] = []
        accepted: list[Difference] = []
        for item in found:
            (accepted if self._accepts(item) else counted).append(item)
        return tuple(counted), tuple(accepted)

    def verdict(
        self,
        found: Iterable[Difference],
        direction: Direction | None = None,
        pending: tuple[str, ...] = (),
    ) -> Verdict:
        """Return the verdict on what was ``found`` to differ, with what else the verdict says."""
        counted, accepted = self.split(found)
        return Verdict(direction, counted, accepted, pending)

    def _accepts(self, item: Difference) -> bool:
        named = any(fnmatchcase(item.name, pattern) for pattern in self._ignore)
        # A report has no secret, where a name has one.
        return named or bool({item, item.told(redactor.result)} & self._baseline)


def _read(path: Path) -> frozenset[Difference]:
    try:
        document = json.loads(read_text(path))
        return frozenset(
            Difference(item["kind"], item["name"], item.get("detail", ""))
            for item in document["differences"]
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SettingsError(
            f"verify.baseline {path} is not a report of `bootctl check --format json`",
            hint="Write it with `bootctl check --format json > FILE`.",
            file=str(path),
        ) from None
