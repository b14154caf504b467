"""The catalog of PostgreSQL: a schema with all that there is, and what is changed by hand."""
