"""What dealers' own programs read, and what of it and of their receivers the portal's role sees (docs/adr/0017)."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

MINE = "dealer_id = (SELECT rapport_setting_id('app.dealer_id'))"
WALLS = {
    "crm_dealerfeedkey": MINE,
    "crm_dealerfeed": MINE,
    # The marks of entries would say how many there are.
    "crm_dealerfeedmark": MINE + " AND (kind <> 'ledger' OR (SELECT rapport_sees_money()))",
    "core_webhookendpoint": "audience = 'dealer:' || (SELECT rapport_setting_id('app.dealer_id'))",
    "core_webhookdelivery": "EXISTS (SELECT 1 FROM core_webhookendpoint e WHERE e.id = endpoint_id)",
    "core_webhookevent": "EXISTS (SELECT 1 FROM core_webhookdelivery d WHERE d.event_id = core_webhookevent.id)",
}


def build(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table, condition in WALLS.items():
            cursor.execute("SELECT rapport_wall(%s::regclass, %s)", [table, condition])


def take_down(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table in reversed(WALLS):
            cursor.execute(f"DROP POLICY portal ON {table}; DROP POLICY IF EXISTS house ON {table}")
            cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY; REVOKE ALL ON {table} FROM rapport_portal")


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0015_one_delivery"),
        ("core", "0006_webhooks"),
    ]

    operations = [
        migrations.CreateModel(
            name="DealerFeed",
            fields=[
                (
                    "dealer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="feed",
                        serialize=False,
                        to="crm.dealer",
                    ),
                ),
                ("head", models.BigIntegerField(default=0)),
                ("opened_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="DealerFeedChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "orders",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "shipments",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "entries",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "opened",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="crm.dealer",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DealerFeedKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("hint", models.CharField(max_length=12)),
                ("sees_money", models.BooleanField(default=False)),
                ("made_by_name", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "dealer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="feed_keys", to="crm.dealer"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DealerFeedMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("orders", "Orders"),
                            ("stages", "Stages"),
                            ("shipments", "Deliveries"),
                            ("ledger", "Settlements"),
                        ],
                        max_length=9,
                    ),
                ),
                ("object_id", models.BigIntegerField()),
                ("revision", models.BigIntegerField()),
                ("digest", models.BigIntegerField(null=True)),
                ("marked_at", models.DateTimeField()),
                (
                    "dealer",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="crm.dealer"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["dealer", "kind", "marked_at"], name="dealer_feed_by_time")],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "object_id", "dealer"), name="dealer_feed_mark_once"),
                    models.UniqueConstraint(fields=("dealer", "kind", "revision"), name="dealer_feed_revision_once"),
                ],
            },
        ),
        migrations.RunPython(build, take_down),
    ]
