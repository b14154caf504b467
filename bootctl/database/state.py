"""What is known of migrations and of schemas: the plain values that every room speaks of."""

from collections.abc import Callable, Sequence
from dataclasses import field, replace
from enum import Enum, StrEnum, auto

from bootctl.values import frozen


class Direction(StrEnum):
    """Where a database stands relative to the code."""

    FRESH = "fresh"
    BEHIND = "behind"
    AT_HEAD = "at-head"
    AHEAD = "ahead"
    DIVERGED = "diverged"
    DIRTY = "dirty"

    @classmethod
    def of(
        cls, recorded: Sequence[object], unknown: Sequence[object], pending: Sequence[object]
    ) -> "Direction":
        """Return where a database stands, by what it has recorded.

        ``unknown`` is what of it the code does not have, ``pending`` what of the code it has not.
        """
        if unknown:
            return cls.DIVERGED if pending else cls.AHEAD
        if not recorded:
            return cls.FRESH
        return cls.BEHIND if pending else cls.AT_HEAD


@frozen
class Revision:
    """One migration file, by its id."""

    id: str
    summary: str
    path: str
    checksum: str = ""
    """Of the file's text; empty where there is only bytecode."""

    def __str__(self) -> str:
        return f"{self.id} ({self.summary})" if self.summary else self.id


@frozen
class History:
    """The migrations in the code, from base to head."""

    revisions: tuple[Revision, ...]
    heads: tuple[str, ...]


class WhenOmitted(Enum):
    """What a column holds in a row that was inserted without it."""

    NOTHING = auto()
    """The row is refused."""
    NULL = auto()
    DEFAULT = auto()
    DISTINCT = auto()
    """A value that no other row has."""
    COMPUTED = auto()
    """What the database computes; it takes no other value."""


class Layers(StrEnum):
    """Two of the three that say what a schema is, and that do not say the same."""

    MODELS_DATABASE = "models != database"
    MIGRATIONS_DATABASE = "migrations != database"
    MODELS_MIGRATIONS = "models != migrations"


_WRONG = {
    frozenset({Layers.MODELS_DATABASE, Layers.MIGRATIONS_DATABASE}): "database",
    frozenset({Layers.MODELS_DATABASE, Layers.MODELS_MIGRATIONS}): "models",
    frozenset({Layers.MIGRATIONS_DATABASE, Layers.MODELS_MIGRATIONS}): "migrations",
    frozenset({Layers.MIGRATIONS_DATABASE}): "database",
}
"""Of three, the one that the other two disagree with. What only migrations make, no model can say."""


@frozen
class Difference:
    """One thing in which the database is not what the models, or the migrations, say.

    What identifies it is its kind, its name and its detail. ``when_omitted`` and ``binds`` are of the
    live object, for those kinds of which older code may not know; ``None`` where they are not known.
    """

    kind: str
    """Such as ``missing table`` or ``changed type``, from the database's point of view."""
    name: str
    """The object: ``table``, ``table.column``, ``table.index``; with its schema where it has one."""
    detail: str = ""
    when_omitted: WhenOmitted | None = field(default=None, compare=False, repr=False)
    """Of a column, and of its default."""
    binds: tuple[str, ...] | None = field(default=None, compare=False, repr=False)
    """The columns, as differences name them, in which an index or a foreign key takes not every
    value: none for an index that is not unique."""
    layers: tuple[Layers, ...] = field(default=(Layers.MODELS_DATABASE,), compare=False)
    """The pairs that were compared, and differ here."""
    expected: str = field(default="", compare=False)
    """The object as it should be, in the server's words; empty where it should not be, or is not known."""
    live: str = field(default="", compare=False)
    """The same as it is."""
    since: str = field(default="", compare=False)
    """When the database was last known to be what the migrations make: RFC 3339, UTC."""
    fix: tuple[str, ...] = field(default=(), compare=False)
    """What makes it right: statements, or a command of the ORM."""
    destructive: bool = field(default=False, compare=False)
    """Whether the fix loses data, or a definition that nothing else has."""
    place: str = field(default="", compare=False)
    """The file that says what is expected, relative to the project, and its line: ``FILE:LINE``."""
    database: str = field(default="", compare=False)
    """Where it is, of several databases; empty where the project has one."""

    @property
    def wrong(self) -> str:
        """Return the layer that is wrong: ``models``, ``migrations`` or ``database``; empty: not known."""
        return _WRONG.get(frozenset(self.layers), "")

    def told(self, tell: Callable[[str], str]) -> "Difference":
        """Return it with what ``tell`` makes of the texts that are not ours."""
        return replace(
            self,
            name=tell(self.name),
            detail=tell(self.detail),
            expected=tell(self.expected),
            live=tell(self.live),
            fix=tuple(map(tell, self.fix)),
            place=tell(self.place),
            database=tell(self.database),
        )

    def __str__(self) -> str:
        detail = f" ({self.detail})" if self.detail else ""
        where = f" in {self.database}" if self.database else ""
        return f"{self.kind} {self.name}{detail}{where}"
