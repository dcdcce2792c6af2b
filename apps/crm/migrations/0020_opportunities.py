"""Opportunities, where they stood, and why they were lost."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

REASONS = ("Price", "Delivery time", "Went to a competitor", "Project was stopped", "No answer")


def give_reasons(apps, schema_editor):
    reason = apps.get_model("crm", "LostReason")
    reason.objects.bulk_create([reason(name=name, position=place) for place, name in enumerate(REASONS)])


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_digest_hour"),
        ("contacts", "0010_longer_targets"),
        ("crm", "0019_events_bear_their_orders_dealer"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LostReason",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_at__isnull", True)), fields=("name",), name="lost_reason_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Opportunity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=200)),
                ("expected_on", models.DateField(blank=True, null=True)),
                ("revenue", models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                ("margin", models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                ("currency", models.CharField(default="UAH", max_length=3)),
                (
                    "probability",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(100),
                        ],
                    ),
                ),
                ("source", models.CharField(blank=True, max_length=100)),
                ("competitors", models.JSONField(blank=True, default=list)),
                ("notes", models.TextField(blank=True)),
                ("entered_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("trashed_at", models.DateTimeField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "created_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "lost_reason",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="crm.lostreason",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pipeline",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="crm.pipeline"
                    ),
                ),
                (
                    "stage",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opportunities",
                        to="crm.pipelinestage",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.team",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OpportunityContact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(blank=True, max_length=100)),
                ("is_primary", models.BooleanField(default=False)),
                (
                    "entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="opportunities", to="contacts.entity"
                    ),
                ),
                (
                    "opportunity",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contacts",
                        to="crm.opportunity",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OpportunityStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entered_at", models.DateTimeField()),
                ("left_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=300)),
                (
                    "moved_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "opportunity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="crm.opportunity"
                    ),
                ),
                (
                    "stage",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="crm.pipelinestage",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                condition=models.Q(("trashed_at__isnull", True)),
                fields=["stage", "-entered_at", "-id"],
                name="opportunity_board",
            ),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(fields=["expected_on", "id"], name="opportunity_by_close"),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", False)), fields=["closed_at"], name="opportunity_by_end"
            ),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(fields=["-changed_at", "-id"], name="opportunity_latest"),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(fields=["title", "id"], name="opportunity_by_title"),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(fields=["revenue", "id"], name="opportunity_by_revenue"),
        ),
        migrations.AddConstraint(
            model_name="opportunity",
            constraint=models.CheckConstraint(
                condition=models.Q(("probability__isnull", True), ("probability__lte", 100), _connector="OR"),
                name="opportunity_probability",
            ),
        ),
        migrations.AddConstraint(
            model_name="opportunity",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("revenue__isnull", True),
                    models.Q(("revenue__gte", 0), ("revenue__lt", 1000000000000)),
                    _connector="OR",
                ),
                name="opportunity_revenue",
            ),
        ),
        migrations.AddConstraint(
            model_name="opportunity",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency__regex", "^[A-Z]{3}$")), name="opportunity_currency"
            ),
        ),
        migrations.AddConstraint(
            model_name="opportunity",
            constraint=models.CheckConstraint(
                condition=models.Q(("lost_reason__isnull", True), ("closed_at__isnull", False), _connector="OR"),
                name="opportunity_lost_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="opportunitycontact",
            constraint=models.UniqueConstraint(fields=("opportunity", "entity"), name="opportunity_contact_once"),
        ),
        migrations.AddConstraint(
            model_name="opportunitycontact",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_primary", True)), fields=("opportunity",), name="opportunity_one_primary"
            ),
        ),
        migrations.AddIndex(
            model_name="opportunitystep",
            index=models.Index(fields=["stage", "entered_at"], name="opportunity_step_by_time"),
        ),
        migrations.AddConstraint(
            model_name="opportunitystep",
            constraint=models.UniqueConstraint(
                condition=models.Q(("left_at__isnull", True)), fields=("opportunity",), name="opportunity_one_place"
            ),
        ),
        migrations.AddConstraint(
            model_name="opportunitystep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("left_at__isnull", True), ("left_at__gte", models.F("entered_at")), _connector="OR"
                ),
                name="opportunity_leaves_after_entering",
            ),
        ),
        migrations.RunPython(give_reasons, migrations.RunPython.noop),
    ]
