from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0002_words_of_mail")]
    operations = [
        migrations.AddField(model_name="threadstate", name="answer_waived_at", field=models.DateTimeField(null=True)),
    ]
