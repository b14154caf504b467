"""Which statement of a migration has changed an object, by the names in it."""

from collections.abc import Sequence

from bootctl.database.state import Difference
from bootctl.migrate.risk.words import words

_OF_TYPES = ("enum", "domain", "type")


def culprit(statements: Sequence[str], difference: Difference) -> str:
    """Return the statement that ``difference`` comes from; empty where none names the object.

    It is the last one that names the object and its table, or else the last that names the table: on
    SQLite a table is copied to change it.
    """
    names = [part.replace('"', "").replace("`", "").lower() for part in difference.name.split(".")]
    own, table = {*names[-2:]}, {names[-2] if len(names) > 1 else names[-1]}
    of_types = [text for text in statements if _is_of_a_type(text)]
    is_a_type = difference.kind.endswith(_OF_TYPES)
    for texts, wanted in ((of_types * is_a_type, own), (statements, own), (statements, table)):
        found = [text for text in texts if wanted <= {word.text.lower() for word in words(text)}]
        if found:
            return found[-1]
    return ""


def _is_of_a_type(text: str) -> bool:
    return any(word.upper in ("TYPE", "DOMAIN") for word in words(text)[:2])
