"""Contacts that may be one: pairs, the keys by which they are found, and how alike two names are."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# How alike two names are, 0 to 1, whichever of its words stands first; an initial or a missing word is no objection.
# Of two whole names no word may be wholly another one: brothers are not the same.
LIKENESS = """
CREATE FUNCTION rapport_word_likeness(a text, b text) RETURNS real LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN a = b THEN 1
        WHEN a = '' OR b = '' THEN 0.7
        WHEN length(a) = 1 OR length(b) = 1 THEN CASE WHEN left(a, 1) = left(b, 1) THEN 0.75 ELSE 0 END
        ELSE similarity(a, b)
    END::real
$$;
CREATE FUNCTION rapport_name_likeness(given_a text, family_a text, given_b text, family_b text)
RETURNS real LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT greatest(
        CASE WHEN given >= 0.2 AND family >= 0.2 THEN (given + family) / 2 ELSE 0 END,
        CASE WHEN crossed >= 0.3 AND back >= 0.3 THEN (crossed + back) / 2 ELSE 0 END
    )::real
    FROM (SELECT rapport_word_likeness(given_a, given_b) AS given, rapport_word_likeness(family_a, family_b) AS family,
                 rapport_word_likeness(given_a, family_b) AS crossed, rapport_word_likeness(family_a, given_b) AS back
          OFFSET 0) AS words
$$;
"""
NO_LIKENESS = (
    "DROP FUNCTION rapport_name_likeness(text, text, text, text); DROP FUNCTION rapport_word_likeness(text, text);"
)


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0013_hrefs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DuplicateCheck",
            fields=[
                (
                    "entity",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="contacts.entity",
                    ),
                ),
                ("asked_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="DuplicateProfile",
            fields=[
                (
                    "entity",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="contacts.entity",
                    ),
                ),
                ("given", models.CharField(blank=True, max_length=200)),
                ("family", models.CharField(blank=True, max_length=400)),
            ],
        ),
        migrations.CreateModel(
            name="DuplicateKey",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "entity_id", "key", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.CharField(db_collation="C", max_length=80)),
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
            ],
            options={
                "indexes": [models.Index(fields=["key", "entity"], name="duplicate_key_block")],
            },
        ),
        migrations.CreateModel(
            name="DuplicatePair",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("score", models.PositiveSmallIntegerField()),
                (
                    "reasons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("email", "Same e-mail address"),
                                ("phone", "Same phone number"),
                                ("number", "Same registration or VAT number"),
                                ("birthday", "Same birthday"),
                                ("organisation", "Same organisation"),
                                ("city", "Same city"),
                                ("name", "Same name"),
                                ("similar", "Similar name"),
                            ],
                            max_length=12,
                        ),
                        size=None,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "To be looked at"), ("dismissed", "Not the same"), ("merged", "Merged")],
                        default="open",
                        max_length=9,
                    ),
                ),
                ("found_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "left",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="contacts.entity",
                    ),
                ),
                (
                    "right",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="contacts.entity"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "open")), fields=["-score", "id"], name="duplicate_pair_open"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("left", "right"), name="duplicate_pair_once"),
                    models.CheckConstraint(
                        condition=models.Q(("left__lt", models.F("right"))), name="duplicate_pair_in_order"
                    ),
                ],
            },
        ),
        migrations.RunSQL(LIKENESS, NO_LIKENESS),
    ]
