"""The database: an SQLite file beside the project, or whatever ``DATABASE_URL`` names."""

import os
from pathlib import Path

from tortoise import Model, fields

_FILE = Path(__file__).resolve().parent.parent / "notes.db"

TORTOISE_ORM = {
    "connections": {"default": os.environ.get("DATABASE_URL", f"sqlite://{_FILE}")},
    "apps": {"notes": {"models": ["notes.database"], "migrations": "notes.migrations"}},
}


class Note(Model):
    """One note."""

    id = fields.IntField(primary_key=True)
    text = fields.CharField(max_length=500)
    done = fields.BooleanField(default=False, db_default=False)

    class Meta:
        table = "notes"
