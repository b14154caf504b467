"""What two catalogs of one server differ in."""

from collections.abc import Iterator

from bootctl.values import frozen
from bootctl.verify.catalog.objects import Catalog, SchemaObject


@frozen
class Change:
    """One object that is not the same in both. Where one side has none, it is ``None``."""

    expected: SchemaObject | None
    live: SchemaObject | None

    @property
    def object(self) -> SchemaObject:
        """Return the object, as the side has it that has one."""
        found = self.expected or self.live
        assert found is not None  # no change has neither
        return found

    @property
    def parts(self) -> dict[str, tuple[str, str]]:
        """Return the parts that differ, each as the live and the expected text."""
        expected = self.expected.parts if self.expected else {}
        live = self.live.parts if self.live else {}
        return {
            part: (live.get(part, ""), expected.get(part, ""))
            for part in sorted({*expected, *live})
            if live.get(part, "") != expected.get(part, "")
        }


def changes(expected: Catalog, live: Catalog) -> Iterator[Change]:
    """Yield what ``live`` has not, has too much, or has otherwise than ``expected``, in order."""
    for key in sorted({*expected.by_key, *live.by_key}):
        change = Change(expected.by_key.get(key), live.by_key.get(key))
        if change.expected is None or change.live is None or change.parts:
            yield change
