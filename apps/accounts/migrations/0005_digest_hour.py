"""The hour of a user's own day at which mails of a day go out; seven, as it was for everybody."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_teams")]

    operations = [
        migrations.AddField("preferences", "digest_hour", models.PositiveSmallIntegerField(db_default=7, default=7)),
        migrations.AddConstraint(
            "preferences",
            models.CheckConstraint(condition=models.Q(("digest_hour__lte", 23)), name="preferences_digest_hour"),
        ),
    ]
