"""An entity that has a history isn't deleted in passing; nothing changes in the database."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("activities", "0001_initial"), ("contacts", "0006_search_words")]

    operations = [
        migrations.AlterField(
            model_name="activityentity",
            name="entity",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="activity_links",
                to="contacts.entity",
            ),
        )
    ]
