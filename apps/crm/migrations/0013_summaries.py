"""One mail a day with all that has changed, for those of a dealer's people who want it; each reads their own wish."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

BUILD = "SELECT rapport_wall('crm_summary', 'user_id = (SELECT rapport_setting_id(''app.user_id''))')"
TAKE_DOWN = (
    "DROP POLICY portal ON crm_summary; DROP POLICY IF EXISTS house ON crm_summary;"
    " ALTER TABLE crm_summary DISABLE ROW LEVEL SECURITY; REVOKE ALL ON crm_summary FROM rapport_portal"
)


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0012_field_owners_seen"),
        ("accounts", "0005_digest_hour"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Summary",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("since_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.RunSQL(BUILD, TAKE_DOWN),
    ]
