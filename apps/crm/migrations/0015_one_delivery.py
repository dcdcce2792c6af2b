"""A link to one delivery is a reader of the portal with a narrower wall (docs/adr/0015).

Where `app.shipment_id` is set, each policy of the portal lets through what belongs to that shipment, or nothing.
`rapport_wall` narrows tables that come later. No restrictive policies: they would hold for the web's role too, which is
a member of the portal's, and for it all policies must stay `true`.
"""

from django.db import migrations

WALL = """
CREATE OR REPLACE FUNCTION rapport_wall(relation regclass, condition text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', relation);
    EXECUTE format('GRANT SELECT ON %s TO rapport_portal', relation);
    EXECUTE format('CREATE POLICY portal ON %s FOR SELECT TO rapport_portal USING (%s)', relation, condition);
    -- narrowed here
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'rapport_web') THEN
        EXECUTE format('CREATE POLICY house ON %s TO rapport_web USING (true) WITH CHECK (true)', relation);
    END IF;
END $$;
"""

HELPERS = """
CREATE FUNCTION rapport_link_orders() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(nullif(current_setting('app.order_ids', true), ''), '{}')::bigint[];

-- What the policy was before is kept as its comment.
CREATE FUNCTION rapport_narrow(relation regclass, condition text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    wide text;
BEGIN
    SELECT coalesce(obj_description(oid, 'pg_policy'), pg_get_expr(polqual, polrelid)) INTO STRICT wide
        FROM pg_policy WHERE polrelid = relation AND polname = 'portal';
    EXECUTE format('COMMENT ON POLICY portal ON %s IS %L', relation, wide);
    EXECUTE format('ALTER POLICY portal ON %s USING ((%s) AND'
        ' ((SELECT rapport_setting_id(''app.shipment_id'')) IS NULL OR (%s)))', relation, wide, condition);
END $$;
"""
NARROWED = WALL.replace("-- narrowed here", "PERFORM rapport_narrow(relation, 'false');")
BACK = "DROP FUNCTION rapport_narrow(regclass, text), rapport_link_orders();"

MINE = "dealer_id = (SELECT rapport_setting_id('app.dealer_id'))"
THIS = "shipment_id = (SELECT rapport_setting_id('app.shipment_id'))"
ON_BOARD = "ANY ((SELECT rapport_link_orders())::bigint[])"
OF_AN_ACT = (
    "EXISTS (SELECT 1 FROM crm_unloadingact a WHERE a.file_id = core_file.id)"
    " OR EXISTS (SELECT 1 FROM crm_unloadingact a WHERE a.thumbnail_id = core_file.id)"
)
NEW = ("crm_unloadingact", "crm_deliverylink", "crm_deliverylinkvisit")
# What a link shows beside nothing: its shipment, the stops and goods there of its dealer, what was done with them.
SEEN = {
    "crm_plant": "true",
    "crm_dealer": "true",
    "crm_shipment": "id = (SELECT rapport_setting_id('app.shipment_id'))",
    "crm_shipmentstop": THIS,
    "crm_shipmentitem": THIS,
    "crm_unloadingact": THIS,
    "crm_order": f"id = {ON_BOARD}",
    "crm_construction": f"order_id = {ON_BOARD}",
}


WALLED = "SELECT polrelid::regclass::text FROM pg_policy WHERE polname = 'portal'"


def build(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table in NEW:
            cursor.execute("SELECT rapport_wall(%s::regclass, %s)", [table, MINE])
        cursor.execute(f"CREATE POLICY portal_unloading ON core_file FOR SELECT TO rapport_portal USING ({OF_AN_ACT})")
        cursor.execute(WALLED)
        for (table,) in cursor.fetchall():
            cursor.execute("SELECT rapport_narrow(%s::regclass, %s)", [table, SEEN.get(table, "false")])


def take_down(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("DROP POLICY portal_unloading ON core_file")
        for table in NEW:
            cursor.execute(f"DROP POLICY portal ON {table}; DROP POLICY IF EXISTS house ON {table}")
            cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY; REVOKE ALL ON {table} FROM rapport_portal")
        cursor.execute(
            "SELECT polrelid::regclass::text, obj_description(oid, 'pg_policy') FROM pg_policy WHERE polname = 'portal'"
        )
        for table, wide in cursor.fetchall():
            cursor.execute(
                f"ALTER POLICY portal ON {table} USING ({wide}); COMMENT ON POLICY portal ON {table} IS NULL"
            )


class Migration(migrations.Migration):
    dependencies = [("crm", "0014_unloading")]

    operations = [
        migrations.RunSQL([HELPERS, NARROWED], [WALL, BACK]),
        migrations.RunPython(build, take_down),
    ]
