"""Personas, pipelines with their stages, and where contacts stand on their journeys; with those of a new house."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

PERSONAS = [
    ("lead", "Lead", "blue", "user-question", "customer"),
    ("customer", "Customer", "green", "user-check", None),
    ("partner", "Partner", "purple", "heart-handshake", None),
    ("supplier", "Supplier", "orange", "truck", None),
    ("coworker", "Coworker", "teal", "users", None),
    ("dealer", "Dealer", "yellow", "building-store", None),
]
JOURNEYS = {
    "lead": [
        ("New", "open", 7),
        ("Contacted", "open", 14),
        ("Qualified", "open", 30),
        ("Not interested", "lost", None),
    ],
    "customer": [
        ("First order", "open", 60),
        ("Regular", "open", None),
        ("Resting", "open", 180),
        ("Lost", "lost", None),
    ],
}
SALES = [
    ("Enquiry", "open", 10, 14),
    ("Offer sent", "open", 40, 21),
    ("Negotiation", "open", 70, 21),
    ("Won", "won", 100, None),
    ("Lost", "lost", 0, None),
]


def first_rows(apps, schema_editor):
    persona, pipeline, stage = (apps.get_model("crm", each) for each in ("Persona", "Pipeline", "PipelineStage"))
    made = {}
    for position, (key, name, colour, icon, _becomes) in enumerate(PERSONAS):
        made[key] = persona.objects.create(key=key, name=name, colour=colour, icon=icon, position=position)
    for key, _name, _colour, _icon, becomes in PERSONAS:
        if becomes:
            persona.objects.filter(key=key).update(becomes=made[becomes])
    for position, (key, stages) in enumerate(JOURNEYS.items()):
        line = pipeline.objects.create(name=made[key].name, purpose="journey", persona=made[key], position=position)
        for place, (name, outcome, stuck_after) in enumerate(stages):
            stage.objects.create(pipeline=line, name=name, outcome=outcome, position=place, stuck_after=stuck_after)
    line = pipeline.objects.create(name="Sales", purpose="opportunity", position=0)
    for place, (name, outcome, probability, stuck_after) in enumerate(SALES):
        stage.objects.create(
            pipeline=line,
            name=name,
            outcome=outcome,
            probability=probability,
            position=place,
            stuck_after=stuck_after,
        )


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0010_longer_targets"),
        ("crm", "0006_changed_orders"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Persona",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.SlugField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=100)),
                ("colour", models.CharField(blank=True, max_length=20)),
                ("icon", models.CharField(default="user", max_length=40)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                (
                    "becomes",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="crm.persona",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_at__isnull", True)), fields=("name",), name="persona_name_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("becomes__isnull", True),
                            models.Q(("becomes", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="persona_becomes_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EntityPersona",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="personas", to="contacts.entity"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "persona",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bearers",
                        to="crm.persona",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("valid_to__isnull", True)),
                        fields=("persona", "entity"),
                        name="entity_persona_once_now",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to__isnull", True), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="entity_persona_ends_after_start",
                    ),
                ],
                "indexes": [models.Index(fields=["persona", "valid_from"], name="entity_persona_by_start")],
            },
        ),
        migrations.CreateModel(
            name="Pipeline",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                (
                    "purpose",
                    models.CharField(
                        choices=[("journey", "Journey of contacts"), ("opportunity", "Opportunities")], max_length=12
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                (
                    "persona",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pipelines",
                        to="crm.persona",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_at__isnull", True)),
                        fields=("purpose", "name"),
                        name="pipeline_name_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("retired_at__isnull", True)),
                        fields=("persona",),
                        name="pipeline_one_of_persona",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("persona__isnull", False), ("purpose", "journey")),
                            models.Q(("persona__isnull", True), ("purpose", "opportunity")),
                            _connector="OR",
                        ),
                        name="pipeline_persona_of_journey",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PipelineStage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("colour", models.CharField(blank=True, max_length=20)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "outcome",
                    models.CharField(
                        choices=[("open", "Open"), ("won", "Won"), ("lost", "Lost")], default="open", max_length=4
                    ),
                ),
                (
                    "probability",
                    models.PositiveSmallIntegerField(
                        default=0, validators=[django.core.validators.MaxValueValidator(100)]
                    ),
                ),
                ("stuck_after", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                (
                    "pipeline",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="stages",
                        to="crm.pipeline",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_at__isnull", True)),
                        fields=("pipeline", "name"),
                        name="pipeline_stage_name_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("probability__lte", 100)), name="pipeline_stage_probability"
                    ),
                ],
                "indexes": [models.Index(fields=["pipeline", "position"], name="pipeline_stage_in_order")],
            },
        ),
        migrations.CreateModel(
            name="JourneyStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entered_at", models.DateTimeField()),
                ("left_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=300)),
                (
                    "entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="journey", to="contacts.entity"
                    ),
                ),
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
                        related_name="journeys",
                        to="crm.pipelinestage",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("left_at__isnull", True)),
                        fields=("entity", "pipeline"),
                        name="journey_one_place",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("left_at__isnull", True), ("left_at__gte", models.F("entered_at")), _connector="OR"
                        ),
                        name="journey_leaves_after_entering",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("left_at__isnull", True)),
                        fields=["stage", "-entered_at", "-id"],
                        name="journey_board",
                    ),
                    models.Index(fields=["pipeline", "entered_at"], name="journey_by_time"),
                ],
            },
        ),
        migrations.RunPython(first_rows, migrations.RunPython.noop),
    ]
