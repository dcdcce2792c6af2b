"""Receivers that hear what people say to each other."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0010_home_layouts"),
    ]

    operations = [
        migrations.AddField(
            model_name="webhookendpoint",
            name="sees_text",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
