import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0003_answers_waived")]
    operations = [
        migrations.CreateModel(
            name="ThreadKey",
            fields=[
                ("message_id", models.CharField(max_length=998, primary_key=True, serialize=False)),
                (
                    "thread",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="keys", to="messaging.thread"
                    ),
                ),
            ],
        ),
    ]
