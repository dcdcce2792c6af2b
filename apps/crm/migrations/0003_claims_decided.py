"""Decisions in the order in which accounting reads them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("crm", "0002_row_security")]

    operations = [
        migrations.AddIndex(
            "claim",
            models.Index(fields=["decided_at"], name="claim_decided", condition=models.Q(decided_at__isnull=False)),
        ),
    ]
