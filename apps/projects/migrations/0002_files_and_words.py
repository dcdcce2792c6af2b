"""Kinds of files, what messages became in the history, and the words that messages are found by."""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


def _key_to(target, **more):
    return models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=target, **more)


class Migration(migrations.Migration):
    dependencies = [("activities", "0015_notices_of_hand_overs"), ("projects", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="attachment",
            name="kind",
            field=models.CharField(
                choices=[("picture", "Picture"), ("voice", "Voice message"), ("file", "File")],
                db_default="file",
                default="file",
                max_length=7,
            ),
        ),
        migrations.CreateModel(
            name="MessageEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("message", _key_to("projects.message", related_name="entries")),
                (
                    "activity",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="activities.activity"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="projects.membership",
                    ),
                ),
                ("made_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="KnownWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", models.CharField(db_collation="C", max_length=40, unique=True)),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["word"], name="known_word_trigrams", opclasses=["gin_trgm_ops"]
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MessageWord",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "group", "word", "seq", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("group", _key_to("projects.group", db_index=False, related_name="+")),
                ("word", models.CharField(db_collation="C", max_length=40)),
                ("seq", models.BigIntegerField()),
            ],
        ),
    ]
