"""A search word is found by its entity and by its prefix: two indexes instead of three, the best rank first."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0003_built_in_rows")]

    operations = [
        migrations.DeleteModel(name="SearchToken"),
        migrations.CreateModel(
            name="SearchToken",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "entity_id", "token", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("token", models.CharField(max_length=60)),
                ("rank", models.PositiveSmallIntegerField(default=5)),
                (
                    "entity",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="contacts.entity",
                    ),
                ),
                (
                    "folder",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="contacts.folder",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["folder", "rank", "token", "entity"],
                        name="search_token_prefix",
                        opclasses=["int8_ops", "int2_ops", "text_pattern_ops", "int8_ops"],
                    )
                ],
            },
        ),
    ]
