import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0012_thrown_away"),
    ]

    operations = [
        migrations.AddField(
            model_name="mailcopy",
            name="kept_in",
            field=models.CharField(blank=True, db_default="", default="", max_length=7),
        ),
        migrations.AddField(
            model_name="mailcopy",
            name="moved_from",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="messaging.mailfolder",
            ),
        ),
    ]
