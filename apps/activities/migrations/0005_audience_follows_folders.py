"""An entry's audience follows its entities in the transaction that moves them, whoever moves them (docs/adr/0009)."""

from django.db import migrations

FOLLOW = """
-- The tokens of entities anew; those of contexts, which begin at 1,000,000,000, stay.
CREATE FUNCTION rapport_stamp_activities(about bigint) RETURNS void LANGUAGE sql AS $$
    UPDATE activities_activity a
    SET audience = fresh.tokens || ARRAY(SELECT token FROM unnest(a.audience) token WHERE token >= 1000000000)
    FROM (
        SELECT l.activity_id, array_agg(DISTINCT
                   (CASE WHEN e.is_restricted THEN -e.folder_id ELSE e.folder_id END)::int) AS tokens
        FROM activities_activityentity l JOIN contacts_entity e ON e.id = l.entity_id
        WHERE NOT l.via_employer AND l.activity_id IN (
            SELECT activity_id FROM activities_activityentity WHERE entity_id = about AND NOT via_employer
        )
        GROUP BY l.activity_id
    ) fresh
    WHERE a.id = fresh.activity_id;
$$;

CREATE FUNCTION rapport_entity_refiled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM rapport_stamp_activities(NEW.id);
    RETURN NULL;
END $$;

CREATE TRIGGER activities_follow_folders AFTER UPDATE OF folder_id, is_restricted ON contacts_entity
    FOR EACH ROW
    WHEN (OLD.folder_id IS DISTINCT FROM NEW.folder_id OR OLD.is_restricted IS DISTINCT FROM NEW.is_restricted)
    EXECUTE FUNCTION rapport_entity_refiled();
"""

# What was written before there were audiences.
STAMP = """
UPDATE activities_activity a SET audience = fresh.tokens FROM (
    SELECT l.activity_id, array_agg(DISTINCT
               (CASE WHEN e.is_restricted THEN -e.folder_id ELSE e.folder_id END)::int) AS tokens
    FROM activities_activityentity l JOIN contacts_entity e ON e.id = l.entity_id
    WHERE NOT l.via_employer GROUP BY l.activity_id
) fresh
WHERE a.id = fresh.activity_id AND a.audience = '{}';
"""


class Migration(migrations.Migration):
    dependencies = [("activities", "0004_indexes_of_timelines")]

    operations = [
        migrations.RunSQL(
            FOLLOW,
            "DROP TRIGGER activities_follow_folders ON contacts_entity; DROP FUNCTION rapport_entity_refiled();"
            " DROP FUNCTION rapport_stamp_activities(bigint);",
        ),
        migrations.RunSQL(STAMP, migrations.RunSQL.noop),
    ]
