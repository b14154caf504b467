"""Applying migrations, as a process."""
