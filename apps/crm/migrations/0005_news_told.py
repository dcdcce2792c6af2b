"""When dealers were told of a news item."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("crm", "0004_feed_digests")]

    operations = [
        migrations.AddField("newsitem", "told_at", models.DateTimeField(null=True)),
    ]
