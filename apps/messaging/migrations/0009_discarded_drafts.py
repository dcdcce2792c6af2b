from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0008_built_in_templates")]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="discarded_at",
            field=models.DateTimeField(null=True),
        ),
    ]
