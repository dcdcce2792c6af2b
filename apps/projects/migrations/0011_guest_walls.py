"""Guests read as the portal's role, behind walls of their own (docs/adr/0015, 0027).

What dealers read is not there for guests: each policy of the portal gets "no guest at hand", those of later tables by
`rapport_wall`. A guest's rows are those of one project, of the tabs that the request's settings name.
"""

from django.db import migrations

HELPERS = """
CREATE OR REPLACE FUNCTION rapport_guest_group() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    RETURN rapport_setting_id('app.guest_group_id');
CREATE OR REPLACE FUNCTION rapport_guest_from() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(rapport_setting_id('app.guest_from_seq'), 0);
CREATE OR REPLACE FUNCTION rapport_guest_sees(tab text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    RETURN tab = ANY (string_to_array(coalesce(current_setting('app.guest_tabs', true), ''), ','));

CREATE OR REPLACE FUNCTION rapport_keep_from_guests(relation regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    seen text;
    wide text;
BEGIN
    SELECT pg_get_expr(polqual, polrelid), obj_description(oid, 'pg_policy') INTO STRICT seen, wide
        FROM pg_policy WHERE polrelid = relation AND polname = 'portal';
    IF seen LIKE '%rapport_guest_group%' THEN
        RETURN;
    END IF;
    EXECUTE format('ALTER POLICY portal ON %s USING ((SELECT rapport_guest_group()) IS NULL AND (%s))', relation, seen);
    IF wide IS NOT NULL THEN  -- what a later narrowing of links to deliveries begins from
        EXECUTE format('COMMENT ON POLICY portal ON %s IS %L', relation,
            format('(SELECT rapport_guest_group()) IS NULL AND (%s)', wide));
    END IF;
END $$;

CREATE OR REPLACE FUNCTION rapport_guest_wall(relation regclass, condition text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', relation);
    EXECUTE format('GRANT SELECT ON %s TO rapport_portal', relation);
    EXECUTE format('CREATE POLICY portal ON %s FOR SELECT TO rapport_portal USING (%s)', relation, condition);
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'rapport_web') THEN
        EXECUTE format('CREATE POLICY house ON %s TO rapport_web USING (true) WITH CHECK (true)', relation);
    END IF;
END $$;

-- Files and links stand in messages that a guest without the chat doesn't read.
CREATE OR REPLACE FUNCTION rapport_guest_reaches(message bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM projects_message m
        WHERE m.id = message AND m.group_id = rapport_guest_group() AND m.seq > rapport_guest_from()
            AND m.deleted_at IS NULL
    )
$$;

-- Of contacts a guest is told these columns and no row: their table has no policy for anybody.
CREATE OR REPLACE FUNCTION rapport_guest_contacts()
    RETURNS TABLE (id bigint, name varchar, organisation varchar, kind varchar, role varchar)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.id, e.display_name, e.organisation, e.kind, p.role
    FROM projects_participant p JOIN contacts_entity e ON e.id = p.entity_id
    WHERE p.project_id = rapport_guest_group() AND p.removed_at IS NULL AND e.trashed_at IS NULL
        AND rapport_guest_sees('contacts')
$$;
REVOKE ALL ON FUNCTION rapport_guest_reaches(bigint), rapport_guest_contacts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rapport_guest_reaches(bigint), rapport_guest_contacts() TO rapport_portal;
"""

WALL = """
CREATE OR REPLACE FUNCTION rapport_wall(relation regclass, condition text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', relation);
    EXECUTE format('GRANT SELECT ON %s TO rapport_portal', relation);
    EXECUTE format('CREATE POLICY portal ON %s FOR SELECT TO rapport_portal USING (%s)', relation, condition);
    PERFORM rapport_narrow(relation, 'false');
    -- and here
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'rapport_web') THEN
        EXECUTE format('CREATE POLICY house ON %s TO rapport_web USING (true) WITH CHECK (true)', relation);
    END IF;
END $$;
"""
NARROWED = WALL.replace("-- and here", "PERFORM rapport_keep_from_guests(relation);")

HERE = "group_id = (SELECT rapport_guest_group())"
CHAT = "(SELECT rapport_guest_sees('chat'))"
FILES = "((SELECT rapport_guest_sees('chat')) OR (SELECT rapport_guest_sees('files')))"
LINKS = "((SELECT rapport_guest_sees('chat')) OR (SELECT rapport_guest_sees('links')))"
OF_A_MESSAGE = "EXISTS (SELECT 1 FROM projects_message m WHERE m.id = message_id)"
OF_A_MEMBER = "EXISTS (SELECT 1 FROM projects_membership m WHERE m.id = membership_id)"
OWN = (
    "EXISTS (SELECT 1 FROM projects_membership m"
    " WHERE m.id = membership_id AND m.entity_id = (SELECT rapport_setting_id('app.entity_id')))"
)

WALLS = {
    "projects_group": "id = (SELECT rapport_guest_group())",
    "projects_project": f"{HERE} AND (SELECT rapport_guest_sees('about'))",
    "projects_membership": f"{HERE} AND {CHAT}",
    "projects_topic": f"{HERE} AND {CHAT}",
    "projects_message": f"{HERE} AND seq > (SELECT rapport_guest_from()) AND {CHAT}",
    "projects_attachment": f"{HERE} AND {FILES} AND rapport_guest_reaches(message_id)",
    "projects_messagelink": f"{HERE} AND {LINKS} AND rapport_guest_reaches(message_id)",
    "projects_reaction": OF_A_MESSAGE,
    "projects_mention": OF_A_MESSAGE,
    "projects_pin": f"{HERE} AND {OF_A_MESSAGE}",
    "projects_messageentry": "false",  # what became of a message is told by its entry alone
    "projects_bot": OF_A_MEMBER,
    "projects_decision": f"{HERE} AND {OF_A_MESSAGE}",
    "projects_readmark": OF_A_MEMBER,
    "projects_draft": OWN,
    "projects_guestentry": "project_id = (SELECT rapport_guest_group())",
}
FILE = (
    "(SELECT rapport_guest_group()) IS NOT NULL AND EXISTS (SELECT 1 FROM projects_attachment a"
    " WHERE a.group_id = (SELECT rapport_guest_group())"
    " AND (a.file_id = core_file.id OR a.thumbnail_id = core_file.id))"
)
ENTRY = (
    "context_type = 'projects.project' AND context_id = (SELECT rapport_guest_group()) AND removed_at IS NULL"
    " AND CASE kind WHEN 'task' THEN (SELECT rapport_guest_sees('tasks'))"
    " ELSE (SELECT rapport_guest_sees('history')) END"
    " AND EXISTS (SELECT 1 FROM projects_guestentry e WHERE e.activity_id = activities_activity.id)"
)
WALLED = "SELECT polrelid::regclass::text FROM pg_policy WHERE polname = 'portal'"
OPEN_TO_GUESTS = ("accounts_preferences",)  # one's own


def build(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(WALLED)
        for (table,) in cursor.fetchall():
            if table not in OPEN_TO_GUESTS:
                cursor.execute("SELECT rapport_keep_from_guests(%s::regclass)", [table])
        for table, condition in WALLS.items():
            cursor.execute("SELECT rapport_guest_wall(%s::regclass, %s)", [table, condition])
        cursor.execute(f"CREATE POLICY portal_guests ON core_file FOR SELECT TO rapport_portal USING ({FILE})")
        cursor.execute(
            f"CREATE POLICY portal_guests ON activities_activity FOR SELECT TO rapport_portal USING ({ENTRY})"
        )


def take_down(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("DROP POLICY portal_guests ON core_file; DROP POLICY portal_guests ON activities_activity")
        for table in WALLS:
            cursor.execute(f"DROP POLICY portal ON {table}; DROP POLICY IF EXISTS house ON {table}")
            cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY; REVOKE ALL ON {table} FROM rapport_portal")


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0010_guests"),
        ("activities", "0011_entry_files"),
        ("core", "0005_list_visits"),
        ("contacts", "0001_initial"),
        # Where the portal's role and its walls are made.
        ("crm", "0016_dealer_feed"),
    ]

    operations = [
        migrations.RunSQL([HELPERS, NARROWED], migrations.RunSQL.noop),
        migrations.RunPython(build, take_down),
    ]
