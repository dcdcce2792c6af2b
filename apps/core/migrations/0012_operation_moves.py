"""What a merge moved in bulk, row by row, for its undo."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0011_bots"),
    ]

    operations = [
        migrations.CreateModel(
            name="OperationMove",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject_id", models.BigIntegerField()),
                ("record_type", models.CharField(max_length=60)),
                ("record_id", models.BigIntegerField()),
                ("field", models.CharField(max_length=60)),
                ("old", models.JSONField(null=True)),
                ("new", models.JSONField(null=True)),
                (
                    "operation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="moves",
                        to="core.operation",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["operation", "record_type", "field"], name="operation_move_order")],
            },
        ),
    ]
