"""The catalog of a database of SQLite: its pragmas, and for what they do not tell the text of CREATE."""
