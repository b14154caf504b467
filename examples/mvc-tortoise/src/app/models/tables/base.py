"""What every table has."""

from tortoise import Model, fields


class BaseTable(Model):
    """A key, and when a row was written."""

    id = fields.IntField(primary_key=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        abstract = True
