"""The part of Alembic's comparison that is not public, and why no public one serves.

Tried with Alembic 1.13.0 to 1.20.1.
"""

from alembic.operations.ops import DropIndexOp


def is_unique(dropped: DropIndexOp) -> bool:
    """Return whether the index is unique, as far as the comparison knows: yes, where it does not.

    Alembic 1.13 forgets it in ``to_diff_tuple()``, and only the reverse operation has it.
    """
    return dropped._reverse is None or bool(dropped._reverse.unique)
