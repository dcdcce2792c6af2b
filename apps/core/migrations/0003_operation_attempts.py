"""Whose attempt at background work it is, and whether someone asked to stop it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0002_roles_and_changes")]

    operations = [
        migrations.AddField("operation", "attempts", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("operation", "cancel_requested_at", models.DateTimeField(null=True)),
    ]
