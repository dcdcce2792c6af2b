"""The files of a group, the newest first, from an index; its older one by the group alone goes."""

import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("projects", "0002_files_and_words")]

    operations = [
        AddIndexConcurrently(
            model_name="attachment", index=models.Index(fields=["group", "-id"], name="attachment_of_group")
        ),
        migrations.AlterField(
            model_name="attachment",
            name="group",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="projects.group"
            ),
        ),
    ]
