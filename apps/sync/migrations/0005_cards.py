import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# All writers of entities, COPY and plain UPDATE too, leave here which card changed in which folder. The function runs as
# its owner, so that no role that may change a contact needs rights to this table.
NOTE = """
CREATE FUNCTION rapport_note_card_changes() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO sync_cardchange (entity_id, folder_id, changed_in, changed_at)
        SELECT id, folder_id, pg_current_xact_id()::text::bigint, now() FROM fresh;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO sync_cardchange (entity_id, folder_id, changed_in, changed_at)
        SELECT id, folder_id, pg_current_xact_id()::text::bigint, now() FROM gone;
    ELSE
        INSERT INTO sync_cardchange (entity_id, folder_id, changed_in, changed_at)
        SELECT DISTINCT fresh.id, place.folder_id, pg_current_xact_id()::text::bigint, now()
        FROM fresh JOIN gone ON gone.id = fresh.id
        CROSS JOIN LATERAL (VALUES (fresh.folder_id), (gone.folder_id)) AS place(folder_id)
        WHERE (fresh.version, fresh.folder_id, fresh.organisation, fresh.is_restricted, fresh.trashed_at, fresh.merged_into_id)
            IS DISTINCT FROM
            (gone.version, gone.folder_id, gone.organisation, gone.is_restricted, gone.trashed_at, gone.merged_into_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER note_new_cards AFTER INSERT ON contacts_entity
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION rapport_note_card_changes();
CREATE TRIGGER note_changed_cards AFTER UPDATE ON contacts_entity
    REFERENCING NEW TABLE AS fresh OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION rapport_note_card_changes();
CREATE TRIGGER note_gone_cards AFTER DELETE ON contacts_entity
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION rapport_note_card_changes();
"""
NO_NOTE = """
DROP TRIGGER note_new_cards ON contacts_entity;
DROP TRIGGER note_changed_cards ON contacts_entity;
DROP TRIGGER note_gone_cards ON contacts_entity;
DROP FUNCTION rapport_note_card_changes;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0010_longer_targets"),
        ("sync", "0004_connections"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CardChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entity_id", models.BigIntegerField()),
                ("folder_id", models.BigIntegerField()),
                ("changed_in", models.BigIntegerField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["folder_id", "changed_in"], name="card_change_in_folder"),
                    models.Index(fields=["changed_at"], name="card_change_by_time"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CardClash",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("device", models.CharField(max_length=100)),
                ("differences", models.JSONField()),
                ("noticed_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="contacts.entity"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("settled_at__isnull", True)),
                        fields=["user", "-noticed_at"],
                        name="card_clash_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("settled_at__isnull", True)),
                        fields=("user", "entity"),
                        name="card_clash_one_waiting",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ServedCard",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "entity_id", "etag", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("etag", models.CharField(max_length=60)),
                ("text", models.TextField()),
                ("made_at", models.DateTimeField()),
                (
                    "entity",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="contacts.entity",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["made_at"], name="served_card_by_time")],
            },
        ),
        migrations.RunSQL(NOTE, NO_NOTE),
    ]
