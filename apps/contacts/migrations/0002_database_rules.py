"""What models can't say: addresses compare without case, and an address belongs to the entity of its unit."""

from django.db import migrations

_BELONGS = """
ALTER TABLE contacts_{table} ADD CONSTRAINT {table}_unit_of_its_entity
    FOREIGN KEY (unit_id, entity_id) REFERENCES contacts_unit (id, entity_id) DEFERRABLE INITIALLY DEFERRED;
"""
FORWARD = "ALTER TABLE contacts_emailaddress ALTER COLUMN address TYPE citext;" + "".join(
    _BELONGS.format(table=table) for table in ("emailaddress", "phonenumber", "link")
)
BACKWARD = "".join(
    f"ALTER TABLE contacts_{table} DROP CONSTRAINT {table}_unit_of_its_entity;"
    for table in ("emailaddress", "phonenumber", "link")
)


class Migration(migrations.Migration):
    dependencies = [("contacts", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
