"""Pages of the portal say whose each figure is: its role reads which source owns what of its dealer's plants."""

from django.db import migrations

BUILD = "SELECT rapport_wall('crm_fieldowner', 'plant_id = ANY ((SELECT rapport_plants())::bigint[])')"
TAKE_DOWN = (
    "DROP POLICY portal ON crm_fieldowner; DROP POLICY IF EXISTS house ON crm_fieldowner;"
    " ALTER TABLE crm_fieldowner DISABLE ROW LEVEL SECURITY; REVOKE ALL ON crm_fieldowner FROM rapport_portal"
)


class Migration(migrations.Migration):
    dependencies = [("crm", "0011_claim_parts_filled")]

    operations = [migrations.RunSQL(BUILD, TAKE_DOWN)]
