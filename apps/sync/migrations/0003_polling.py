"""When a source is read next, and what was in the way the last time."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sync", "0002_bodies")]

    operations = [
        migrations.AddField("source", "next_poll_at", models.DateTimeField(null=True)),
        migrations.AddField("source", "poll_failures", models.PositiveSmallIntegerField(default=0, db_default=0)),
        migrations.AddField("source", "poll_error", models.TextField(blank=True, default="", db_default="")),
    ]
