"""Alembic: the user's own ``env.py``, run unmodified."""
