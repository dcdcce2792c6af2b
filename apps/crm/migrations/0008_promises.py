"""What was promised of orders, forecasts, and the timings that they are made from."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

WALL = """
SELECT rapport_wall('crm_promise', $$dealer_id = (SELECT rapport_setting_id('app.dealer_id'))
    AND EXISTS (SELECT 1 FROM crm_order o WHERE o.id = order_id)$$)
"""
TAKE_DOWN = """
DROP POLICY portal ON crm_promise;
DROP POLICY IF EXISTS house ON crm_promise;
ALTER TABLE crm_promise DISABLE ROW LEVEL SECURITY;
REVOKE ALL ON crm_promise FROM rapport_portal;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0007_journeys"),
    ]

    operations = [
        migrations.CreateModel(
            name="PromiseProgress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seen_at", models.DateTimeField(null=True)),
                ("learned_at", models.DateTimeField(null=True)),
                ("learned_from", models.PositiveIntegerField(default=0)),
                ("busy_until", models.DateTimeField(null=True)),
                ("refreshed_on", models.DateField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Promise",
            fields=[
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="promise",
                        serialize=False,
                        to="crm.order",
                    ),
                ),
                ("promised_on", models.DateField(null=True)),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[("thin", "too little history"), ("hold", "on hold"), ("over", "over")],
                        max_length=4,
                    ),
                ),
                ("expected_on", models.DateField(null=True)),
                ("from_on", models.DateField(null=True)),
                ("to_on", models.DateField(null=True)),
                ("weekdays", models.PositiveSmallIntegerField(default=127)),
                (
                    "stage",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Received"),
                            (10, "Accepted"),
                            (20, "In production"),
                            (40, "Made"),
                            (60, "Shipped"),
                            (80, "Delivered"),
                        ],
                        default=0,
                    ),
                ),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        choices=[(0, "All plants"), (1, "Plant"), (2, "Product"), (3, "Season")], default=0
                    ),
                ),
                (
                    "season",
                    models.PositiveSmallIntegerField(
                        choices=[(0, ""), (1, "in winter"), (2, "in spring"), (3, "in summer"), (4, "in autumn")],
                        default=0,
                    ),
                ),
                ("count", models.PositiveIntegerField(default=0)),
                ("usual_from", models.FloatField(default=0)),
                ("usual_to", models.FloatField(default=0)),
                ("worked_out_on", models.DateField(null=True)),
                ("told_on", models.DateField(null=True)),
                ("told_at", models.DateTimeField(null=True)),
                ("base_on", models.DateField(null=True)),
                ("state_at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        blank=True, choices=[("kept", "Kept"), ("moved", "Moved"), ("broken", "Broken")], max_length=6
                    ),
                ),
                (
                    "lost_stage",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Received"),
                            (10, "Accepted"),
                            (20, "In production"),
                            (40, "Made"),
                            (60, "Shipped"),
                            (80, "Delivered"),
                        ],
                        null=True,
                    ),
                ),
                ("lost_days", models.PositiveIntegerField(default=0)),
                (
                    "dealer",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="crm.dealer"
                    ),
                ),
                (
                    "plant",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="crm.plant"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["promised_on", "plant"], name="promise_by_day")],
            },
        ),
        migrations.CreateModel(
            name="StageTiming",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("product", models.CharField(blank=True, max_length=120)),
                (
                    "season",
                    models.PositiveSmallIntegerField(
                        choices=[(0, ""), (1, "in winter"), (2, "in spring"), (3, "in summer"), (4, "in autumn")],
                        default=0,
                    ),
                ),
                (
                    "stage",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Received"),
                            (10, "Accepted"),
                            (20, "In production"),
                            (40, "Made"),
                            (60, "Shipped"),
                            (80, "Delivered"),
                        ]
                    ),
                ),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        choices=[(0, "All plants"), (1, "Plant"), (2, "Product"), (3, "Season")]
                    ),
                ),
                ("count", models.PositiveIntegerField()),
                ("waited", django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), size=None)),
                ("low", django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), size=None)),
                ("mid", django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), size=None)),
                ("high", django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), size=None)),
                ("own_from", models.FloatField()),
                ("own_mid", models.FloatField()),
                ("own_to", models.FloatField()),
                ("weekdays", models.PositiveSmallIntegerField(default=127)),
                (
                    "plant",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="crm.plant",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("plant", "product", "season", "stage"), name="stage_timing_once", nulls_distinct=False
                    )
                ],
            },
        ),
        migrations.RunSQL(WALL, TAKE_DOWN),
    ]
