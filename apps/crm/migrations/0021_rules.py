"""Automation rules, and each run of them: the queue and then the log."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0010_longer_targets"),
        ("core", "0006_webhooks"),
        ("crm", "0020_opportunities"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Rule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("trigger", models.CharField(max_length=40)),
                ("options", models.JSONField(default=dict)),
                ("match", models.CharField(choices=[("all", "All"), ("any", "Any")], default="all", max_length=3)),
                ("conditions", models.JSONField(default=dict)),
                ("actions", models.JSONField(default=dict)),
                ("is_active", models.BooleanField(default=True)),
                ("changed_at", models.DateTimeField()),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RuleRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rule_name", models.CharField(max_length=100)),
                ("occasion", models.CharField(blank=True, max_length=40)),
                ("chain", models.JSONField(default=list)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("done", "Done"),
                            ("skipped", "Skipped"),
                            ("failed", "Failed"),
                        ],
                        default="waiting",
                        max_length=7,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("not_before", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("finished_at", models.DateTimeField(null=True)),
                ("done", models.JSONField(default=list)),
                ("trouble", models.CharField(blank=True, max_length=300)),
                (
                    "cause",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="core.operation",
                    ),
                ),
                (
                    "entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="contacts.entity"
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="core.operation",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="runs",
                        to="crm.rule",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="rule",
            constraint=models.UniqueConstraint(fields=("name",), name="rule_name_once"),
        ),
        migrations.AddIndex(
            model_name="rulerun",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["not_before", "id"], name="rule_run_due"
            ),
        ),
        migrations.AddIndex(
            model_name="rulerun",
            index=models.Index(fields=["-at", "-id"], name="rule_run_latest"),
        ),
        migrations.AddIndex(
            model_name="rulerun",
            index=models.Index(fields=["rule", "-at", "-id"], name="rule_run_of_rule"),
        ),
        migrations.AddConstraint(
            model_name="rulerun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("occasion", ""), _negated=True),
                fields=("rule", "entity", "occasion"),
                name="rule_run_occasion_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="rulerun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finished_at__isnull", True), ("state", "waiting")),
                    models.Q(models.Q(("state", "waiting"), _negated=True), ("finished_at__isnull", False)),
                    _connector="OR",
                ),
                name="rule_run_ends",
            ),
        ),
    ]
