"""Schemas read from a database, and what differs between two of them."""
