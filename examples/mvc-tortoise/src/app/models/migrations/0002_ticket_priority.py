from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0001_users_and_tickets")]

    initial = False

    operations = [
        ops.AddField(
            model_name="TicketsTable",
            name="priority",
            field=fields.CharField(default="normal", db_default="normal", max_length=8),
        ),
    ]
