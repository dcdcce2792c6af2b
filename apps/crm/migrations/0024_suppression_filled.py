"""Who had opted out or bounced before there was a list of suppressed addresses is on it from the start.

In portions, each committed by itself; begun again it goes through them once more and changes nothing.
"""

from contextlib import suppress

from django.db import migrations, transaction

PORTION = 10_000
ASCII = "octet_length({0}::text) = length({0}::text)"
KEPT = """
ON CONFLICT (address, scope) DO UPDATE SET reason = excluded.reason, created_at = excluded.created_at
WHERE core_suppression.reason = 'bounced' AND excluded.reason <> 'bounced'
"""
CONTACTS = f"""
INSERT INTO core_suppression (address, scope, reason, origin, created_at)
SELECT DISTINCT ON (lower(address::text)) lower(address::text), 'mailings',
    CASE WHEN opted_out_at IS NULL THEN 'bounced' ELSE 'unsubscribed' END, 'contact', coalesce(opted_out_at, bounced_at)
FROM contacts_emailaddress
WHERE id > %s AND id <= %s AND (opted_out_at IS NOT NULL OR bounced_at IS NOT NULL)
    AND address::text <> '' AND {ASCII.format("address")}
ORDER BY lower(address::text), opted_out_at NULLS LAST, bounced_at
{KEPT}
"""  # noqa: S608  our own words
FOREIGN = f"""
SELECT address::text, opted_out_at, bounced_at FROM contacts_emailaddress
WHERE id > %s AND id <= %s AND (opted_out_at IS NOT NULL OR bounced_at IS NOT NULL) AND NOT ({ASCII.format("address")})
"""  # noqa: S608
# A contact that bears the address and shows no bounce has had it mended since.
BOUNCES = f"""
INSERT INTO core_suppression (address, scope, reason, origin, created_at)
SELECT DISTINCT ON (lower(recipient)) lower(recipient), 'mailings', 'bounced', '', happened_at
FROM messaging_bounce b
WHERE id > %s AND id <= %s AND is_permanent AND recipient <> '' AND {ASCII.format("recipient")}
    AND NOT EXISTS (
        SELECT FROM contacts_emailaddress e WHERE e.address = b.recipient::citext AND e.bounced_at IS NULL
    )
ORDER BY lower(recipient), happened_at
{KEPT}
"""  # noqa: S608
ONE = f"""
INSERT INTO core_suppression (address, scope, reason, origin, created_at)
VALUES (%s, 'mailings', %s, 'contact', %s) {KEPT}
"""  # noqa: S608


def fill(apps, schema_editor):
    connection = schema_editor.connection
    for table, statement in (("contacts_emailaddress", CONTACTS), ("messaging_bounce", BOUNCES)):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")  # noqa: S608
            last = cursor.fetchone()[0]
        for begin in range(0, last, PORTION):
            with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
                cursor.execute(statement, [begin, begin + PORTION])
                if table == "contacts_emailaddress":
                    cursor.execute(FOREIGN, [begin, begin + PORTION])
                    for address, opted_out_at, bounced_at in cursor.fetchall():
                        reason = "unsubscribed" if opted_out_at else "bounced"
                        cursor.execute(ONE, [folded(address), reason, opted_out_at or bounced_at])


def folded(address):
    """As services.suppression.fold wrote it on the day of this migration."""
    local, at, domain = address.strip().lower().rpartition("@")
    with suppress(UnicodeError):
        domain = domain.encode("idna").decode("ascii")
    return f"{local}{at}{domain}"


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("crm", "0023_mailing_topics"),
        ("core", "0007_suppression"),
        ("contacts", "0010_longer_targets"),
        ("messaging", "0013_kept_in"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
