"""A task that an .ics file brought is found again by its UID."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("activities", "0009_notices")]

    operations = [
        migrations.AddField(
            model_name="task",
            name="uid",
            field=models.CharField(blank=True, db_default="", default="", max_length=255),
        ),
        AddIndexConcurrently(
            model_name="task",
            index=models.Index(condition=models.Q(("uid", ""), _negated=True), fields=["uid"], name="task_by_uid"),
        ),
    ]
