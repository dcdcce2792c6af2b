"""Teams have a kind and working hours; a member is a lead or a member, which was a free word before."""

from django.db import migrations, models

ROLES = """
UPDATE accounts_teammembership SET role = CASE WHEN role ILIKE '%lead%' THEN 'lead' ELSE 'member' END;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_mail_is_written_here")]

    operations = [
        migrations.AddField("team", "hours", models.JSONField(blank=True, default=dict)),
        migrations.AddField(
            "team",
            "kind",
            models.CharField(
                choices=[
                    ("sales", "Sales"),
                    ("support", "Support"),
                    ("claims", "Claims"),
                    ("project", "Project"),
                    ("other", "Other"),
                ],
                default="other",
                max_length=10,
            ),
        ),
        migrations.AddField("team", "retired_at", models.DateTimeField(blank=True, null=True)),
        migrations.RunSQL(ROLES, migrations.RunSQL.noop),
        migrations.AlterField(
            "teammembership",
            "role",
            models.CharField(choices=[("lead", "Lead"), ("member", "Member")], default="member", max_length=6),
        ),
    ]
