"""Namesakes are told apart by their employer without reading each of them."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("contacts", "0007_details_by_one_key")]

    operations = [
        AddIndexConcurrently(
            model_name="entity",
            index=models.Index(
                fields=["name_key", "organisation_entity"],
                name="entity_name_employer",
                condition=models.Q(trashed_at__isnull=True, merged_into__isnull=True),
            ),
        )
    ]
