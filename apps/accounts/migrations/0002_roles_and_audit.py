"""The built-in access groups, and an audit trail that the web role can only add to."""

from django.db import migrations

ROLES = ("admin", "manager", "sales", "claims", "content", "finance", "project", "dealer")

AUDIT = """
DO $$ BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'rapport_web') AND current_user <> 'rapport_web' THEN
        REVOKE UPDATE, DELETE, TRUNCATE ON accounts_auditevent FROM rapport_web;
    END IF;
END $$;
"""


def make(apps, schema_editor):
    group = apps.get_model("auth", "Group")
    for role in ROLES:
        group.objects.get_or_create(name=role)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("core", "0002_roles_and_changes")]

    operations = [
        migrations.RunPython(make, migrations.RunPython.noop),
        migrations.RunSQL(AUDIT, migrations.RunSQL.noop),
    ]
