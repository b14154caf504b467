"""Which statements of those that were seen have changed a database."""

from collections.abc import Iterable

from tests.support.databases.proxy import Statement

_READS = {"DESCRIBE", "PRAGMA", "SELECT", "SET", "SHOW", "USE", "WITH"}
_BOUNDS = {"BEGIN", "COMMIT", "RELEASE", "ROLLBACK", "SAVEPOINT"}


def first_word(text: str) -> str:
    """What a statement does: in capitals, without punctuation."""
    return text.split(maxsplit=1)[0].strip("();").upper()


def reads(text: str) -> bool:
    """Whether it is a question, or sets something for its session."""
    return first_word(text) in _READS


def writes(text: str) -> bool:
    """Whether it is more than that, or a transaction's bound."""
    return not reads(text) and first_word(text) not in _BOUNDS


def committed(kind: str, statements: Iterable[Statement]) -> list[Statement]:
    """Those that write, less those in a transaction that was rolled back, or is open still.

    On MariaDB all that write: what changes the schema cannot be rolled back.
    """
    found: list[Statement] = []
    begun: dict[int, list[Statement]] = {}
    for statement in statements:
        word = first_word(statement.text)
        if word == "BEGIN" and kind == "postgresql":
            begun[statement.connection] = []
        elif word in ("COMMIT", "ROLLBACK") and " TO " not in statement.text.upper():
            kept = begun.pop(statement.connection, [])
            found += kept if word == "COMMIT" else []
        elif writes(statement.text):
            begun.get(statement.connection, found).append(statement)
    return found


def outside_of_scratch(statements: Iterable[Statement]) -> list[Statement]:
    """Those that are not about a scratch database, in which Tortoise's models are built on MariaDB.

    That is made for the comparison, used by its connection alone, and dropped.
    """
    found: list[Statement] = []
    inside: set[int] = set()
    for statement in statements:
        if first_word(statement.text) == "USE":
            enters = statement.text.split()[1].startswith("bootctl_scratch_")
            (inside.add if enters else inside.discard)(statement.connection)
        elif "bootctl_scratch_" not in statement.text and statement.connection not in inside:
            found.append(statement)
    return found
