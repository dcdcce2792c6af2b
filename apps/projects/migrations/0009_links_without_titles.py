"""Addresses whose titles are due, found without looking at all the others."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("projects", "0008_bots")]

    operations = [
        AddIndexConcurrently(
            model_name="messagelink",
            index=models.Index(
                condition=models.Q(("title_due_at__isnull", False)), fields=["title_due_at"], name="message_link_due"
            ),
        ),
    ]
