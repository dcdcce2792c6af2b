"""The second wall of the portal: a role that reads one dealer's rows and nothing else (docs/adr/0015).

Each table that the role may read has a policy, or stands in the short list of a test that looks through the
catalogue. The web's role sees all rows: its policies are `true`, which the planner takes away.
"""

from django.db import migrations

ROLE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'rapport_portal') THEN
        BEGIN
            CREATE ROLE rapport_portal NOLOGIN;
            EXECUTE format('GRANT rapport_portal TO %I', current_user);
            IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'rapport_web') THEN
                GRANT rapport_portal TO rapport_web;
            END IF;
        EXCEPTION WHEN insufficient_privilege THEN
            RAISE EXCEPTION 'The role rapport_portal is missing.' USING HINT =
                'As a superuser: CREATE ROLE rapport_portal NOLOGIN; GRANT rapport_portal TO rapport_web;';
        END;
    END IF;
END $$;
GRANT USAGE ON SCHEMA public TO rapport_portal;

CREATE FUNCTION rapport_setting_id(name text) RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting(name, true), '')::bigint;
CREATE FUNCTION rapport_sees_money() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(current_setting('app.sees_money', true), '') = 'yes';
CREATE FUNCTION rapport_plants() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(nullif(current_setting('app.plant_ids', true), ''), '{}')::bigint[];

CREATE FUNCTION rapport_wall(relation regclass, condition text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', relation);
    EXECUTE format('GRANT SELECT ON %s TO rapport_portal', relation);
    EXECUTE format('CREATE POLICY portal ON %s FOR SELECT TO rapport_portal USING (%s)', relation, condition);
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'rapport_web') THEN
        EXECUTE format('CREATE POLICY house ON %s TO rapport_web USING (true) WITH CHECK (true)', relation);
    END IF;
END $$;
"""

MINE = "dealer_id = (SELECT rapport_setting_id('app.dealer_id'))"
OF_MY_ORDER = MINE + " AND EXISTS (SELECT 1 FROM crm_order o WHERE o.id = order_id)"  # noqa: S608  our own words
MONEY = " AND (SELECT rapport_sees_money())"
FOR_ME = (
    "is_published AND ((plant_ids = '{}' AND dealer_ids = '{}') OR plant_ids && (SELECT rapport_plants())"
    " OR dealer_ids @> ARRAY[(SELECT rapport_setting_id('app.dealer_id'))])"
)
OWN = "user_id = (SELECT rapport_setting_id('app.user_id'))"

WALLS = {
    "crm_plant": "id = ANY ((SELECT rapport_plants())::bigint[])",
    "crm_dealer": "id = (SELECT rapport_setting_id('app.dealer_id'))",
    "crm_dealerplant": MINE + MONEY,
    "crm_dealeruser": MINE,
    "crm_order": MINE + " AND approved_at IS NOT NULL",
    "crm_orderstate": OF_MY_ORDER,
    "crm_ordermoney": OF_MY_ORDER + MONEY,
    "crm_construction": OF_MY_ORDER,
    "crm_constructionprice": OF_MY_ORDER + MONEY,
    "crm_constructionphoto": OF_MY_ORDER,
    "crm_orderevent": OF_MY_ORDER + " AND (NOT is_money OR (SELECT rapport_sees_money()))",
    "crm_shipment": "dealer_ids @> ARRAY[(SELECT rapport_setting_id('app.dealer_id'))]",
    "crm_shipmentstop": MINE,
    "crm_shipmentitem": OF_MY_ORDER,
    "crm_ledgerentry": MINE + MONEY,
    "crm_ledgermonth": MINE + MONEY,
    "crm_claim": MINE,
    "crm_claimphoto": MINE,
    "crm_compensation": MINE + MONEY,
    "crm_inquiry": MINE,
    "crm_newsitem": FOR_ME,
    "crm_guidepage": FOR_ME,
    "crm_feedstatus": "plant_id = ANY ((SELECT rapport_plants())::bigint[])",
    "activities_activity": "shown_to_id = (SELECT rapport_setting_id('app.entity_id'))",
    "activities_notice": OWN,
    "activities_noticepreference": OWN,
    "accounts_preferences": OWN,
    "core_listsetting": "user_id IS NULL OR " + OWN,
    "core_listvisit": OWN,
    "core_savedview": "owner_id = (SELECT rapport_setting_id('app.user_id'))",
    "core_file": (
        "EXISTS (SELECT 1 FROM crm_claimphoto p WHERE p.file_id = core_file.id OR p.thumbnail_id = core_file.id)"
        " OR EXISTS (SELECT 1 FROM crm_constructionphoto p WHERE p.file_id = core_file.id)"
        " OR EXISTS (SELECT 1 FROM crm_shipmentstop s WHERE s.proof_id = core_file.id)"
    ),
}


def build(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table, condition in WALLS.items():
            cursor.execute("SELECT rapport_wall(%s::regclass, %s)", [table, condition])


def take_down(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table in WALLS:
            cursor.execute(f"DROP POLICY portal ON {table}; DROP POLICY IF EXISTS house ON {table}")
            cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY; REVOKE ALL ON {table} FROM rapport_portal")


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0001_initial"),
        ("core", "0005_list_visits"),
        ("accounts", "0002_roles_and_audit"),
        ("activities", "0011_entry_files"),
    ]

    operations = [
        migrations.RunSQL(
            ROLE,
            "DROP FUNCTION rapport_wall(regclass, text), rapport_setting_id(text), rapport_sees_money(),"
            " rapport_plants(); REVOKE ALL ON SCHEMA public FROM rapport_portal",
        ),
        migrations.RunPython(build, take_down),
    ]
