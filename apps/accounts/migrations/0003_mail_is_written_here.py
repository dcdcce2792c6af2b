from django.db import migrations, models


class Migration(migrations.Migration):
    """Until now mail could be written in one's own program alone: nobody has chosen that yet."""

    dependencies = [("accounts", "0002_roles_and_audit")]

    operations = [
        migrations.AlterField(model_name="preferences", name="mail_program", field=models.BooleanField(default=False)),
        migrations.RunSQL("UPDATE accounts_preferences SET mail_program = false", migrations.RunSQL.noop),
    ]
