"""Who uses the service."""

from tortoise import fields

from .base import BaseTable


class UsersTable(BaseTable):
    """One user."""

    email = fields.CharField(max_length=255, unique=True)
    full_name = fields.CharField(max_length=100)
    password_hash = fields.CharField(max_length=200)

    class Meta:
        table = "users"
