from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("notes", "0001_notes")]

    operations = [
        ops.AddField(
            model_name="Note",
            name="done",
            field=fields.BooleanField(default=False, db_default=False),
        ),
    ]
