from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """What was thrown away, the latest first, without a walk through the whole mailbox."""

    atomic = False
    dependencies = [("messaging", "0011_sent_documents")]

    operations = [
        AddIndexConcurrently(
            model_name="mailcopy",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", False)),
                fields=["account", "-deleted_at", "-id"],
                name="mail_copy_thrown_away",
            ),
        ),
    ]
