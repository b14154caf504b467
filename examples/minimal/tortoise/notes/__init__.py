"""A small service: notes in a database, served by Robyn."""
