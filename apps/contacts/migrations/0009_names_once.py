"""The index of names and employers answers for names alone too."""

from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("contacts", "0008_names_with_employers")]

    operations = [RemoveIndexConcurrently(model_name="entity", name="entity_name_key")]
