"""How a person is told what leads out of a migration that is half applied."""

import re


def by_hand(revision: str) -> str:
    """Return what to do about a half applied ``revision`` that no way out is known of."""
    return (
        f"Compare the database with the file. Undo by hand what there is of {revision}, then `bootctl "
        f"resolve --back {revision}` forgets it; or finish it by hand, then `bootctl resolve --forward "
        f"{revision}` records it."
    )


_LONG_VALUE = re.compile(r"'((?:[^']|''){200,})'")
"""Such as the state of all models, which Aerich keeps with a migration."""


def brief(text: str) -> str:
    """Return a statement as a person is shown it: of a long value only the beginning."""
    return _LONG_VALUE.sub(lambda it: f"'{it[1][:40]} ... ({len(it[1])} characters)'", text)
