"""What is asked for."""

from tortoise import fields

from .base import BaseTable
from .users import UsersTable


class TicketsTable(BaseTable):
    """One ticket."""

    title = fields.CharField(max_length=200)
    body = fields.CharField(max_length=4000)
    state = fields.CharField(max_length=16, db_index=True, default="open")
    priority = fields.CharField(max_length=8, default="normal", db_default="normal")
    resolution = fields.CharField(max_length=1000, null=True)
    author: fields.ForeignKeyRelation[UsersTable] = fields.ForeignKeyField(
        "models.UsersTable", related_name="tickets", on_delete=fields.RESTRICT, db_index=True
    )
    assignee: fields.ForeignKeyNullableRelation[UsersTable] = fields.ForeignKeyField(
        "models.UsersTable",
        related_name="assigned",
        on_delete=fields.RESTRICT,
        null=True,
        db_index=True,
    )
    author_id: int
    assignee_id: int | None

    class Meta:
        table = "tickets"
