"""How far each user has read the history."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_roles_and_audit"),
        ("activities", "0005_audience_follows_folders"),
    ]

    operations = [
        migrations.CreateModel(
            name="Visit",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("seen_at", models.DateTimeField()),
                ("seen_id", models.BigIntegerField(default=0)),
                ("since_id", models.BigIntegerField(default=0)),
                ("since_at", models.DateTimeField()),
            ],
        ),
    ]
