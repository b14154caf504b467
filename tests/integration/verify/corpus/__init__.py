"""Schemas with all that a kind of database has, and changes made to them by hand."""
