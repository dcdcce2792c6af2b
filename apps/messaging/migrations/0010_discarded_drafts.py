from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0009_trashed_from")]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="discarded_at",
            field=models.DateTimeField(null=True),
        ),
    ]
