"""What was shown to guests is kept from them while it is narrowed to some of the house."""

from django.db import migrations

ENTRY = (
    "context_type = 'projects.project' AND context_id = (SELECT rapport_guest_group()) AND removed_at IS NULL"
    " AND visibility = 'public' AND category_id IS NULL"
    " AND CASE kind WHEN 'task' THEN (SELECT rapport_guest_sees('tasks'))"
    " ELSE (SELECT rapport_guest_sees('history')) END"
    " AND EXISTS (SELECT 1 FROM projects_guestentry e WHERE e.activity_id = activities_activity.id)"
)


class Migration(migrations.Migration):
    dependencies = [("projects", "0012_own_fields"), ("activities", "0011_entry_files")]

    operations = [
        migrations.RunSQL(
            f"ALTER POLICY portal_guests ON activities_activity USING ({ENTRY})",
            migrations.RunSQL.noop,
        ),
    ]
