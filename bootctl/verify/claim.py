"""One thing that models say of a schema."""

from bootctl.values import frozen
from bootctl.verify.catalog.objects import SchemaObject


@frozen
class Claim:
    """An object as the models say it is, and the live one that it is about."""

    said: SchemaObject
    """With the parts of which they say something; an empty text says that there is none."""
    live: SchemaObject | None
    whole: bool = False
    """Whether every part of the live one counts, those that were not said too."""
