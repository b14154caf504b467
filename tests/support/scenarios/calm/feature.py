"""A feature of a database, as models declare it and as a migration makes it."""

import re
from dataclasses import dataclass

KEY = 'sa.Column("id", sa.Integer, primary_key=True)'

HEAD = """\
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite

metadata = sa.MetaData()
"""

MIGRATION_HEAD = """\
from sqlalchemy.dialects import mysql, postgresql, sqlite
"""


@dataclass(frozen=True)
class Feature:
    """One feature, and one change of it."""

    models: str
    """The text of ``models.py`` after its head."""
    by_hand: str
    """The statement that somebody executes on the live database."""
    found: str
    """The names of what that changes, as verdicts call it, with a comma between them."""
    by_record: str = ""
    """Those that are told in their place where there is a record, such as the enum of several columns."""
    first: tuple[str, ...] = ()
    """The statements that a migration executes before it makes the tables of the models."""
    last: tuple[str, ...] = ()
    """Those that it executes afterwards."""
    made: str | None = None
    """What a migration does for the models, where that is not what they say."""
    options: str = ""
    """The arguments of ``context.configure()`` besides those that compare types and defaults."""
    recorded: bool = False
    """Whether only the record of what migrations made has what is changed."""
    created: bool = True
    """Whether ``metadata.create_all()`` makes the same of the models, after ``first`` and before ``last``."""

    @property
    def migration(self) -> str:
        """Return the body of ``upgrade()``."""
        made = self.made
        if made is None and "ForeignKey" in self.models:  # its type is that of the other column
            made = "from models import metadata\nmetadata.create_all(op.get_bind())"
        elif made is None:
            made = re.sub(r"(?m)^sa\.Table\((.*?), metadata", r"op.create_table(\1", self.models)
        before, after = (_executed(texts) for texts in (self.first, self.last))
        return f"{MIGRATION_HEAD}{before}{made}\n{after}"


def _executed(statements: tuple[str, ...]) -> str:
    # As the driver gets it: a colon and a percent sign are the statement's own.
    return "".join(f"op.get_bind().exec_driver_sql({text!r})\n" for text in statements)


def table(*parts: str, name: str = "t") -> str:
    """Return a model of a table with a key and these parts."""
    return f'sa.Table("{name}", metadata, {", ".join((KEY, *parts))})\n'


def column(declared: str, by_hand: str, **more: object) -> Feature:
    """Return the feature of a table ``t`` with a column ``c``, which is what is changed."""
    return Feature(table(f'sa.Column("c", {declared})'), by_hand, **{"found": "t.c", **more})  # type: ignore[arg-type]  # its own
