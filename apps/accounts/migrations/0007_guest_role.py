"""The role of guests, who see chosen tabs of one project and nothing of the house."""

from django.db import migrations


def make(apps, schema_editor):
    apps.get_model("auth", "Group").objects.get_or_create(name="guest")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_bots")]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
