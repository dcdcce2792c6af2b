"""Tasks, whose they are, and their checklists."""

import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("activities", "0006_visits"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Task",
            fields=[
                (
                    "activity",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="task",
                        serialize=False,
                        to="activities.activity",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("in_progress", "In progress"),
                            ("waiting", "Waiting"),
                            ("done", "Done"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="open",
                        max_length=11,
                    ),
                ),
                (
                    "priority",
                    models.PositiveSmallIntegerField(choices=[(1, "High"), (2, "Normal"), (3, "Low")], default=2),
                ),
                ("due_on", models.DateField(null=True)),
                ("due_at", models.TimeField(null=True)),
                ("zone", models.CharField(max_length=60)),
                ("snoozed_until", models.DateField(null=True)),
                (
                    "shown_on",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Greatest("due_on", "snoozed_until"),
                        output_field=models.DateField(null=True),
                    ),
                ),
                ("completed_at", models.DateTimeField(null=True)),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("rrule", models.CharField(blank=True, max_length=200)),
                ("position", models.FloatField(default=0)),
                (
                    "completed_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "follows",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="next",
                        to="activities.task",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TaskAssignee",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("assigned_at", models.DateTimeField()),
                ("is_over", models.BooleanField(default=False)),
                (
                    "assigned_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assignees",
                        to="activities.task",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TaskItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=300)),
                ("is_done", models.BooleanField(default=False)),
                ("position", models.PositiveIntegerField(default=0)),
                (
                    "task",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="activities.task",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("state__in", ["open", "in_progress", "waiting"])),
                fields=["shown_on", "priority", "activity"],
                name="task_open_by_day",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["state", "position"], name="task_board"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("completed_at__isnull", False)),
                fields=["-completed_at", "-activity"],
                name="task_done_latest",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("completed_at__isnull", False)),
                fields=["completed_by", "-completed_at"],
                name="task_completed",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("completed_at__isnull", False), ("state", "done")),
                    models.Q(
                        models.Q(("state", "done"), _negated=True),
                        ("completed_at__isnull", True),
                        ("completed_by__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="task_done_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cancelled_at__isnull", False), ("state", "cancelled")),
                    models.Q(models.Q(("state", "cancelled"), _negated=True), ("cancelled_at__isnull", True)),
                    _connector="OR",
                ),
                name="task_cancelled_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_at__isnull", True), ("due_on__isnull", False), _connector="OR"),
                name="task_time_has_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(("rrule", ""), ("due_on__isnull", False), _connector="OR"),
                name="task_repeats_from_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(("priority__in", [1, 2, 3])), name="task_priority_is_known"
            ),
        ),
        migrations.AddIndex(
            model_name="taskassignee",
            index=models.Index(
                condition=models.Q(("is_over", False)), fields=["user", "task"], name="task_assignee_open"
            ),
        ),
        migrations.AddIndex(
            model_name="taskassignee",
            index=models.Index(fields=["user", "-task"], name="task_assignee_all"),
        ),
        migrations.AddIndex(
            model_name="taskassignee",
            index=models.Index(fields=["assigned_by", "-task"], name="task_assignee_given"),
        ),
        migrations.AddConstraint(
            model_name="taskassignee",
            constraint=models.UniqueConstraint(fields=("task", "user"), name="task_assignee_once"),
        ),
        migrations.AddIndex(
            model_name="taskitem",
            index=models.Index(fields=["task", "position"], name="task_item_order"),
        ),
    ]
