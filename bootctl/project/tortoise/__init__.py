"""Tortoise ORM: its configuration, its databases, its models and its migration files."""
