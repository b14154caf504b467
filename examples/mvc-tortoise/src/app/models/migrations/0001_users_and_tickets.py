from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="UsersTable",
            fields=[
                (
                    "id",
                    fields.IntField(generated=True, primary_key=True, unique=True, db_index=True),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("updated_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ("email", fields.CharField(unique=True, max_length=255)),
                ("full_name", fields.CharField(max_length=100)),
                ("password_hash", fields.CharField(max_length=200)),
            ],
            options={
                "table": "users",
                "app": "models",
                "pk_attr": "id",
                "table_description": "One user.",
            },
            bases=["BaseTable"],
        ),
        ops.CreateModel(
            name="TicketsTable",
            fields=[
                (
                    "id",
                    fields.IntField(generated=True, primary_key=True, unique=True, db_index=True),
                ),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("updated_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
                ("title", fields.CharField(max_length=200)),
                ("body", fields.CharField(max_length=4000)),
                ("state", fields.CharField(default="open", db_index=True, max_length=16)),
                ("resolution", fields.CharField(null=True, max_length=1000)),
                (
                    "author",
                    fields.ForeignKeyField(
                        "models.UsersTable",
                        source_field="author_id",
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="tickets",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "assignee",
                    fields.ForeignKeyField(
                        "models.UsersTable",
                        source_field="assignee_id",
                        null=True,
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="assigned",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "tickets",
                "app": "models",
                "pk_attr": "id",
                "table_description": "One ticket.",
            },
            bases=["BaseTable"],
        ),
    ]
