"""The messages of a topic in their order, from an index."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("projects", "0004_projects")]

    operations = [
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                condition=models.Q(("topic__isnull", False)), fields=["topic", "seq"], name="message_of_topic"
            ),
        ),
    ]
