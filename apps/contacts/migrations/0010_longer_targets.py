"""Targets of own fields that higher apps name by the key of a kind."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0009_names_once")]

    operations = [
        # More letters for a varchar: Postgres rewrites neither the table nor its index.
        migrations.AlterField(
            model_name="fielddefinition",
            name="target",
            field=models.CharField(max_length=60),
        ),
    ]
