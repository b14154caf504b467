"""Tables that the catalog shows to be those of SQLAlchemy's models: Alembic would find nothing in them."""
