"""What was read of a project's databases at one moment, and of what migrations made: plain values."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING

from bootctl.database.migration_target import MigrationTarget, VersionTable
from bootctl.database.state import Difference, Direction, Layers, Revision
from bootctl.database.url import Url
from bootctl.values import frozen

if TYPE_CHECKING:  # what these need is imported with a backend
    from bootctl.ledger.incomplete import IncompleteState
    from bootctl.ledger.table import Altered, Entry
    from bootctl.migrate.snapshots import Snapshot
    from bootctl.verify.catalog.objects import Catalog
    from bootctl.verify.layers import Judged


@frozen
class NewTargets:
    """Databases that the project's code is about to connect to, and that nobody has waited for."""

    urls: tuple[Url, ...]


@frozen
class Comparison:
    """What a database differs in from the models, read at one moment."""

    differences: tuple[Difference, ...]
    unmigrated: tuple[Difference, ...] | None = None
    """What the migration files lack of the models; ``None`` where they do not say."""
    owners: Mapping[str, str] = field(default_factory=dict)
    """The app whose models have a table, by the table's name, for what has apps."""
    not_compared: tuple[str, ...] = ()
    """What was not compared, and why, a phrase each."""
    compared_with: tuple[str, ...] = ("models",)
    """What the schema was held against."""
    models: "Catalog | None" = None
    """What the models say of one database; ``None`` where only tables and columns were compared."""
    database: str = ""
    """Which of several databases it is of."""

    @classmethod
    def of(cls, judged: "Judged") -> "Comparison":
        """Return the value for what a schema was judged to be."""
        return cls(
            judged.differences,
            not_compared=judged.not_compared,
            compared_with=judged.compared_with,
        )

    def of_database(self, name: str) -> "Comparison":
        """Return it with the database that it is of; ``name`` is empty where there is one."""
        found = tuple(replace(item, database=name) for item in self.differences)
        return replace(self, differences=found, database=name)

    def before_migrating(self) -> "Comparison":
        """Return it without what it says of models beside migrations, since some are not applied yet."""
        return replace(self, differences=tuple(map(_of_what_is_applied, self.differences)))

    @property
    def apps(self) -> tuple[str, ...]:
        """Return the apps whose tables differ."""
        tables = (item.name.partition(".")[0] for item in self.differences)
        return tuple(dict.fromkeys(self.owners[name] for name in tables if name in self.owners))


def _of_what_is_applied(item: Difference) -> Difference:
    known = tuple(pair for pair in item.layers if pair is not Layers.MODELS_MIGRATIONS)
    return replace(item, layers=known)


@frozen
class Unrecorded:
    """A migration that its own tool has applied, wholly or in part, and has not recorded."""

    said: str
    is_whole: bool
    """Whether the tables are as it leaves them."""
    is_known: bool
    """Whether that is all it does."""


@frozen
class Database:
    """One database as it was read: its revisions, and its differences where they were asked for."""

    url: Url
    transactional: bool
    """Whether a migration that fails here is rolled back."""
    direction: Direction
    current: tuple[str, ...]
    """The heads its version table holds."""
    applied: tuple[str, ...]
    pending: tuple[Revision, ...]
    unknown: tuple[str, ...]
    """Revisions it holds that the code does not know."""
    comparison: Comparison | None
    """``None`` where it was not compared."""
    reason: str = ""
    """Why its direction is dirty."""
    incomplete: "IncompleteState | None" = None
    """What was left half done, as far as the ledger and the catalog tell."""
    edited: "tuple[Altered, ...]" = ()
    """Applied revisions whose file is another now."""
    vanished: "tuple[Altered, ...]" = ()
    """Applied revisions that the code does not know, below some that it does."""
    snapshot: "Snapshot | None" = None
    """Its schema, where it was read for a comparison or for migrating."""
    unrecorded: Unrecorded | None = None
    version_table: VersionTable | None = None
    """Where it records what is applied."""
    name: str = ""
    """What tells it from the other databases of the project; empty where it has one."""

    @property
    def schema(self) -> str:
        """Return the schema that its connection uses, as far as that was read."""
        return self.snapshot.live.default if self.snapshot else ""

    def named(self, name: str) -> "Database":
        """Return it with what it is called among others."""
        found = self.comparison.of_database(name) if self.comparison else None
        if found and self.pending:
            found = found.before_migrating()
        return replace(self, comparison=found, name=name)

    @property
    def differences(self) -> tuple[Difference, ...] | None:
        """Return what differs from the models; ``None`` where it was not compared."""
        return self.comparison.differences if self.comparison else None


_WORST_FIRST = (
    Direction.DIRTY,
    Direction.DIVERGED,
    Direction.AHEAD,
    Direction.BEHIND,
    Direction.FRESH,
    Direction.AT_HEAD,
)


@frozen
class Inspection:
    """Every database of the project, read at one moment. Most projects have one."""

    databases: tuple[Database, ...]
    migration_targets: tuple[MigrationTarget, ...] = ()
    """The same databases, as their locks need to know them."""

    @classmethod
    def of(
        cls, databases: Sequence[Database], targets: tuple[MigrationTarget, ...]
    ) -> "Inspection":
        """Return what was read of ``databases``, each with what tells it from the others."""
        named = zip(databases, _names(databases), strict=True)
        return cls(tuple(database.named(name) for database, name in named), targets)

    @property
    def urls(self) -> tuple[Url, ...]:
        """Return where the databases are."""
        return tuple(database.url for database in self.databases)

    @property
    def direction(self) -> Direction:
        """Return the direction that needs attention most."""
        found = {database.direction for database in self.databases}
        return next((item for item in _WORST_FIRST if item in found), Direction.AT_HEAD)

    def split(self, direction: Direction) -> tuple["Inspection", "Inspection"]:
        """Return the databases of this direction, and the others."""
        chosen = tuple(item for item in self.databases if item.direction is direction)
        others = tuple(item for item in self.databases if item.direction is not direction)
        return Inspection(chosen), Inspection(others)

    @property
    def is_transactional(self) -> bool:
        """Return whether a migration that fails is rolled back, whichever of them it fails in."""
        return all(database.transactional for database in self.databases)

    @property
    def pending(self) -> tuple[Revision, ...]:
        """Return the revisions that at least one database lacks, in order of application."""
        return tuple(dict.fromkeys(item for db in self.databases for item in db.pending))

    @property
    def comparison(self) -> Comparison | None:
        """Return the differences of all databases; ``None`` where one was not compared."""
        return joined([database.comparison for database in self.databases])

    @property
    def differences(self) -> tuple[Difference, ...] | None:
        """Return what all databases differ in; ``None`` where one was not compared."""
        return self.comparison.differences if self.comparison else None


def _names(databases: Sequence[Database]) -> list[str]:
    """Return the URL of each, with its schema where several have one URL; nothing where it is one database."""
    urls = [str(database.url) for database in databases]
    times = Counter(urls)
    names = [
        f"{url} (schema {database.schema})" if times[url] > 1 and database.schema else url
        for url, database in zip(urls, databases, strict=True)
    ]
    return names if len({*names}) > 1 else [""] * len(names)


def joined(comparisons: Sequence[Comparison | None]) -> Comparison | None:
    """Return what several comparisons found together; ``None`` where one was not made.

    The migration files are the same for all, so whichever comparison asked them knows.
    """
    made = [item for item in comparisons if item is not None]
    if len(made) < len(comparisons):
        return None
    asked = [item.unmigrated for item in made if item.unmigrated is not None]
    return Comparison(
        tuple(item for one in made for item in one.differences),
        asked[0] if asked else None,
        {table: app for one in made for table, app in one.owners.items()},
        tuple(_phrases((one.database, one.not_compared) for one in made)),
        tuple(_phrases((one.database, one.compared_with) for one in made)) or ("models",),
    )


def _phrases(said: Iterable[tuple[str, tuple[str, ...]]]) -> Iterator[str]:
    """Yield each phrase once, with the databases that it is said of where that is not all."""
    said = list(said)
    for phrase in dict.fromkeys(phrase for _, phrases in said for phrase in phrases):
        named = [database for database, phrases in said if phrase in phrases]
        where = ", ".join(filter(None, named)) if len(named) < len(said) else ""
        yield f"{phrase} (in {where})" if where else phrase


@frozen
class Made:
    """What migrations have made of one database."""

    before: Database
    after: "Catalog"
    can_roll_back: bool
    """Whether it is in a transaction that has not ended."""


@frozen
class Stamp:
    """What records a migration of one database, and those that it follows, as applied."""

    statements: tuple[str, ...]
    """Those that the version table lacks, and the table itself, if it may not be there."""
    entry: "Entry"
    """The ledger's row for the migration."""
