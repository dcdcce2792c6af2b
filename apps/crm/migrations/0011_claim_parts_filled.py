"""The parts that claims have named so far, with what their drawing says of them now; the causes to begin with.

Some hundred claims at most have any: one statement each, which a repeat leaves alone.
"""

from django.db import migrations

CAUSES = ("production", "transport", "mounting", "measuring", "dealer", "none")
KINDS = "('frame', 'sash', 'pane', 'handle', 'hinge', 'sill', 'mullion', 'panel', 'other')"

SUBJECTS = """
INSERT INTO crm_claimsubject (claim_id, dealer_id, construction_id, scheme, source, batch_id)
SELECT c.id, c.dealer_id, c.construction_id, k.scheme, '', NULL
FROM crm_claim c JOIN crm_construction k ON k.id = c.construction_id
ON CONFLICT DO NOTHING
"""
PARTS = f"""
INSERT INTO crm_claimpart (claim_id, dealer_id, construction_id, part, kind, label, number)
SELECT c.id, c.dealer_id, c.construction_id, p.part, coalesce(s.kind, 'other'), coalesce(s.label, p.part), p.number
FROM crm_claim c
CROSS JOIN LATERAL unnest(c.parts) WITH ORDINALITY AS p (part, number)
LEFT JOIN crm_construction k ON k.id = c.construction_id
LEFT JOIN LATERAL (
    SELECT e ->> 'kind' AS kind, left(e ->> 'label', 200) AS label
    FROM jsonb_array_elements(
        CASE WHEN jsonb_typeof(k.scheme -> 'parts') = 'array' THEN k.scheme -> 'parts' ELSE '[]' END
    ) e
    WHERE jsonb_typeof(e) = 'object' AND e ->> 'id' = p.part AND e ->> 'kind' IN {KINDS}
    LIMIT 1
) s ON true
WHERE p.part ~ '^[A-Za-z0-9_.-]{{1,40}}$'
ON CONFLICT DO NOTHING
"""  # noqa: S608  our own words


def fill(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(SUBJECTS)
        cursor.execute(PARTS)
    cause = apps.get_model("crm", "ClaimCause")
    for position, key in enumerate(CAUSES, 1):
        cause.objects.get_or_create(key=key, defaults={"position": position})


class Migration(migrations.Migration):
    dependencies = [("crm", "0010_claim_parts")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
