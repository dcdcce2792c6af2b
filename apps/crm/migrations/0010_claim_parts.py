"""Parts that claims name, a copy of the drawing they stand on, and a list of causes."""

import django.db.models.deletion
from django.db import migrations, models

MINE = "dealer_id = (SELECT rapport_setting_id('app.dealer_id'))"
WALLED = ("crm_claimsubject", "crm_claimpart")  # causes are the house's own business
KINDS = [
    ("frame", "Frame"),
    ("sash", "Sash"),
    ("pane", "Pane"),
    ("handle", "Handle"),
    ("hinge", "Hinge"),
    ("sill", "Sill"),
    ("mullion", "Mullion"),
    ("panel", "Panel"),
    ("other", "Other part"),
]


def build(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table in WALLED:
            cursor.execute("SELECT rapport_wall(%s::regclass, %s)", [table, MINE])


def _to(model, **options):
    return models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to=model, **options)


class Migration(migrations.Migration):
    dependencies = [("crm", "0009_disputes")]

    operations = [
        migrations.CreateModel(
            name="ClaimCause",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.SlugField(blank=True, max_length=30)),
                ("name", models.CharField(blank=True, max_length=60)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("retired_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(condition=~models.Q(key=""), fields=("key",), name="claim_cause_key_once"),
                    models.UniqueConstraint(
                        condition=~models.Q(name=""), fields=("name",), name="claim_cause_name_once"
                    ),
                    models.CheckConstraint(condition=~models.Q(key="", name=""), name="claim_cause_named"),
                ]
            },
        ),
        migrations.AddField(
            "claim",
            "cause",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="crm.claimcause",
            ),
        ),
        migrations.CreateModel(
            name="ClaimSubject",
            fields=[
                (
                    "claim",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="subject",
                        serialize=False,
                        to="crm.claim",
                    ),
                ),
                ("scheme", models.JSONField(null=True)),
                ("source", models.CharField(blank=True, max_length=30)),
                ("batch_id", models.BigIntegerField(null=True)),
                ("construction", _to("crm.construction", related_name="+")),
                ("dealer", _to("crm.dealer", related_name="+")),
            ],
        ),
        migrations.CreateModel(
            name="ClaimPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("part", models.CharField(max_length=40)),
                ("kind", models.CharField(choices=KINDS, max_length=10)),
                ("label", models.CharField(blank=True, max_length=200)),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "claim",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="marks",
                        to="crm.claim",
                    ),
                ),
                ("construction", _to("crm.construction", null=True, related_name="+")),
                ("dealer", _to("crm.dealer", related_name="+")),
            ],
            options={
                "indexes": [models.Index(fields=["kind", "claim"], name="claim_part_by_kind")],
                "constraints": [models.UniqueConstraint(fields=("claim", "part"), name="claim_part_once")],
            },
        ),
        migrations.RunPython(build, migrations.RunPython.noop),
    ]
