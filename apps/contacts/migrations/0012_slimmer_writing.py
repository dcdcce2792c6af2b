"""What each new contact wrote in vain: entries of NULL in five indexes, one index within another, slow functions."""

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

# Not in SQL: Postgres can't inline it, since `unaccent` is only STABLE, and starts an executor for each call.
FOLD = """
CREATE OR REPLACE FUNCTION rapport_fold(value text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
AS $$ BEGIN RETURN lower(public.unaccent('public.unaccent'::regdictionary, value)); END $$;
"""
FOLD_BEFORE = """
CREATE OR REPLACE FUNCTION rapport_fold(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$ SELECT lower(public.unaccent('public.unaccent'::regdictionary, value)) $$;
"""

# In the order of words, so that two writers don't wait in a circle; each word of many contacts is looked up once.
WORDS = """
CREATE OR REPLACE FUNCTION rapport_keep_search_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO contacts_searchword (word)
    SELECT said.word
    FROM (
        SELECT DISTINCT part.word
        FROM fresh CROSS JOIN LATERAL string_to_table(fresh.token, ' ') AS part(word)
        WHERE fresh.rank <= 4 AND length(part.word) >= 4
        OFFSET 0
    ) AS said
    WHERE NOT EXISTS (SELECT FROM contacts_searchword AS known WHERE known.word = said.word)
    ORDER BY said.word
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
"""
WORDS_BEFORE = """
CREATE OR REPLACE FUNCTION rapport_keep_search_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO contacts_searchword (word)
    SELECT DISTINCT part.word
    FROM fresh CROSS JOIN LATERAL unnest(string_to_array(fresh.token, ' ')) AS part(word)
    WHERE fresh.rank <= 4 AND length(part.word) >= 4
      AND NOT EXISTS (SELECT FROM contacts_searchword AS known WHERE known.word = part.word)
    ORDER BY part.word
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
"""


def _slim(model, name, index, field):
    """Take the index away that `name` has by itself; its key stays as it is, and isn't checked again."""
    table = f"contacts_{model}"
    return migrations.SeparateDatabaseAndState(
        [
            migrations.RunSQL(
                f'DROP INDEX CONCURRENTLY IF EXISTS "{index}"',
                f'CREATE INDEX CONCURRENTLY IF NOT EXISTS "{index}" ON {table} ("{name}_id")',
            )
        ],
        [migrations.AlterField(model_name=model, name=name, field=field)],
    )


def _own(to, **more):
    return models.ForeignKey(to=to, db_index=False, related_name="+", null=True, blank=True, **more)


PROTECT, SET_NULL = django.db.models.deletion.PROTECT, django.db.models.deletion.SET_NULL


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("contacts", "0011_clipboard")]

    operations = [
        migrations.RunSQL(FOLD, FOLD_BEFORE),
        migrations.RunSQL(WORDS, WORDS_BEFORE),
        AddIndexConcurrently(
            "entity", models.Index(fields=["owner"], name="entity_with_owner", condition=Q(owner__isnull=False))
        ),
        AddIndexConcurrently(
            "entity", models.Index(fields=["photo"], name="entity_with_photo", condition=Q(photo__isnull=False))
        ),
        AddIndexConcurrently(
            "entity", models.Index(fields=["merged_into"], name="entity_merged", condition=Q(merged_into__isnull=False))
        ),
        AddIndexConcurrently(
            "participant", models.Index(fields=["unit"], name="participant_at_unit", condition=Q(unit__isnull=False))
        ),
        AddIndexConcurrently(
            "unit", models.Index(fields=["parent"], name="unit_with_parent", condition=Q(parent__isnull=False))
        ),
        _slim(
            "entity",
            "merged_into",
            "contacts_entity_merged_into_id_0ba71b6e",
            _own("contacts.entity", on_delete=PROTECT),
        ),
        _slim(
            "entity",
            "owner",
            "contacts_entity_owner_id_482a9731",
            _own(settings.AUTH_USER_MODEL, on_delete=SET_NULL),
        ),
        _slim("entity", "photo", "contacts_entity_photo_id_5200c29c", _own("core.file", on_delete=PROTECT)),
        _slim(
            "participant", "unit", "contacts_participant_unit_id_ef2cbc61", _own("contacts.unit", on_delete=SET_NULL)
        ),
        _slim(
            "unit",
            "parent",
            "contacts_unit_parent_id_68e32f65",
            models.ForeignKey(
                to="contacts.unit", db_index=False, related_name="children", null=True, blank=True, on_delete=SET_NULL
            ),
        ),
        _slim(
            "participant",
            "relationship",
            "contacts_participant_relationship_id_dd564f12",
            models.ForeignKey(
                to="contacts.relationship",
                db_index=False,
                related_name="participants",
                on_delete=django.db.models.deletion.CASCADE,
            ),
        ),
    ]
