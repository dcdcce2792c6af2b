"""Whose attempt at background work it is, whether someone asked to stop it, and states with words for people."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0002_roles_and_changes")]

    operations = [
        migrations.AddField("operation", "attempts", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("operation", "cancel_requested_at", models.DateTimeField(null=True)),
        migrations.AlterField(
            "operation",
            "state",
            models.CharField(
                max_length=10,
                default="done",
                choices=[
                    ("pending", "Waiting"),
                    ("running", "At work"),
                    ("done", "Done"),
                    ("failed", "Failed"),
                    ("cancelled", "Stopped"),
                    ("undone", "Undone"),
                ],
            ),
        ),
    ]
