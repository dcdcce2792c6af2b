"""Campaigns, whom they go to, and what came of it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

MOVES = """
CREATE FUNCTION crm_campaign_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.state, NEW.state) NOT IN (
        ('draft', 'scheduled'), ('draft', 'running'), ('draft', 'cancelled'),
        ('scheduled', 'draft'), ('scheduled', 'running'), ('scheduled', 'cancelled'),
        ('running', 'paused'), ('running', 'done'), ('running', 'cancelled'),
        ('paused', 'running'), ('paused', 'cancelled')
    ) THEN
        RAISE EXCEPTION 'a campaign that is % does not become %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'campaign_moves';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER campaign_moves BEFORE UPDATE OF state ON crm_campaign
    FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION crm_campaign_moves();
"""
TAKE_DOWN = "DROP TRIGGER campaign_moves ON crm_campaign; DROP FUNCTION crm_campaign_moves()"


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0010_longer_targets"),
        ("core", "0008_report_schedules"),
        ("crm", "0025_segments"),
        ("messaging", "0013_kept_in"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Campaign",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("language", models.CharField(max_length=10)),
                ("subject", models.CharField(blank=True, max_length=300)),
                ("subject_b", models.CharField(blank=True, max_length=300)),
                ("body", models.TextField(blank=True)),
                ("test_share", models.PositiveSmallIntegerField(default=20)),
                ("wait_hours", models.PositiveSmallIntegerField(default=4)),
                (
                    "winner_by",
                    models.CharField(
                        choices=[
                            ("opened", "Opened by more"),
                            ("clicked", "Clicked by more"),
                            ("answered", "Answered by more"),
                        ],
                        default="clicked",
                        max_length=8,
                    ),
                ),
                ("tracks_opens", models.BooleanField(default=False)),
                ("tracks_clicks", models.BooleanField(default=True)),
                ("per_minute", models.PositiveSmallIntegerField(default=300)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("scheduled", "Planned"),
                            ("running", "Sending"),
                            ("paused", "Paused"),
                            ("done", "Sent"),
                            ("cancelled", "Stopped"),
                        ],
                        default="draft",
                        max_length=9,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("scheduled_at", models.DateTimeField(null=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("total", models.PositiveIntegerField(default=0)),
                ("left_out", models.JSONField(default=dict)),
                ("test_ended_at", models.DateTimeField(null=True)),
                ("winner", models.CharField(blank=True, max_length=1)),
                ("decided_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("trouble", models.CharField(blank=True, max_length=300)),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="messaging.mailaccount",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "segment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="campaigns",
                        to="crm.segment",
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "topic",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="crm.mailingtopic"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CampaignLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("url", models.CharField(max_length=2000)),
                (
                    "campaign",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="crm.campaign",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CampaignRecipient",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(blank=True, max_length=320)),
                ("address", models.CharField(max_length=320)),
                ("written", models.CharField(max_length=320)),
                ("is_test", models.BooleanField(default=False)),
                ("variant", models.CharField(blank=True, max_length=1)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Still to be sent"),
                            ("made", "On the way"),
                            ("sent", "Sent"),
                            ("uncertain", "May have been sent"),
                            ("withheld", "Withheld"),
                            ("failed", "Not sent"),
                        ],
                        default="waiting",
                        max_length=9,
                    ),
                ),
                ("error", models.CharField(blank=True, max_length=300)),
                ("message_id", models.CharField(blank=True, max_length=200)),
                ("made_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                ("returned_at", models.DateTimeField(null=True)),
                ("opened_at", models.DateTimeField(null=True)),
                ("clicked_at", models.DateTimeField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("is_noted", models.BooleanField(default=False)),
                (
                    "answer",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="messaging.mailmessage",
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recipients",
                        to="crm.campaign",
                    ),
                ),
                (
                    "entity",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="contacts.entity",
                    ),
                ),
                (
                    "outgoing",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="core.outgoingmail",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CampaignClick",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(default=1)),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                (
                    "link",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="clicks", to="crm.campaignlink"
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="clicks",
                        to="crm.campaignrecipient",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="campaign",
            index=models.Index(fields=["-created_at"], name="campaign_by_time"),
        ),
        migrations.AddIndex(
            model_name="campaign",
            index=models.Index(
                condition=models.Q(("state__in", ["scheduled", "running"])),
                fields=["state", "scheduled_at"],
                name="campaign_under_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["draft", "scheduled", "running", "paused", "done", "cancelled"])),
                name="campaign_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "scheduled"), _negated=True),
                    models.Q(("scheduled_at__isnull", False), ("started_by__isnull", False)),
                    _connector="OR",
                ),
                name="campaign_scheduled_for_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("started_at__isnull", True), ("state__in", ["draft", "scheduled"])),
                    models.Q(
                        ("started_at__isnull", False),
                        ("started_by__isnull", False),
                        ("state__in", ["running", "paused", "done"]),
                    ),
                    ("state", "cancelled"),
                    _connector="OR",
                ),
                name="campaign_started_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finished_at__isnull", False), ("state__in", ["done", "cancelled"])),
                    models.Q(
                        models.Q(("state__in", ["done", "cancelled"]), _negated=True), ("finished_at__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="campaign_finished_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("winner", "")),
                    models.Q(("decided_at__isnull", False), ("winner__in", ["a", "b"])),
                    _connector="OR",
                ),
                name="campaign_winner_was_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("per_minute__gte", 1), ("per_minute__lte", 6000)), name="campaign_has_a_pace"
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(("test_share__gte", 1), ("test_share__lte", 100), ("wait_hours__lte", 168)),
                name="campaign_test_is_a_part",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignlink",
            constraint=models.UniqueConstraint(fields=("campaign", "position"), name="campaign_link_place"),
        ),
        migrations.AddConstraint(
            model_name="campaignlink",
            constraint=models.CheckConstraint(
                condition=models.Q(("url__istartswith", "http://"), ("url__istartswith", "https://"), _connector="OR"),
                name="campaign_link_is_of_the_web",
            ),
        ),
        migrations.AddIndex(
            model_name="campaignrecipient",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["campaign", "-is_test", "id"], name="campaign_waiting"
            ),
        ),
        migrations.AddIndex(
            model_name="campaignrecipient",
            index=models.Index(
                condition=models.Q(("made_at__isnull", False)), fields=["campaign", "made_at"], name="campaign_made"
            ),
        ),
        migrations.AddIndex(
            model_name="campaignrecipient",
            index=models.Index(fields=["entity", "-made_at"], name="campaign_of_contact"),
        ),
        migrations.AddIndex(
            model_name="campaignrecipient",
            index=models.Index(
                condition=models.Q(("message_id", ""), _negated=True), fields=["message_id"], name="campaign_message"
            ),
        ),
        migrations.AddIndex(
            model_name="campaignrecipient",
            index=models.Index(
                condition=models.Q(("is_noted", False), ("state", "sent")),
                fields=["campaign", "id"],
                name="campaign_unnoted",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignrecipient",
            constraint=models.UniqueConstraint(fields=("campaign", "address"), name="campaign_recipient_once"),
        ),
        migrations.AddConstraint(
            model_name="campaignrecipient",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "made", "sent", "uncertain", "withheld", "failed"])),
                name="campaign_recipient_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignrecipient",
            constraint=models.CheckConstraint(
                condition=models.Q(("variant__in", ["", "a", "b"])), name="campaign_recipient_variant"
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignrecipient",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "waiting"), _negated=True),
                    models.Q(("made_at__isnull", True), ("outgoing__isnull", True)),
                    _connector="OR",
                ),
                name="campaign_recipient_waits_without_mail",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignrecipient",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["made", "sent"]), _negated=True),
                    models.Q(("variant__in", ["a", "b"]), models.Q(("message_id", ""), _negated=True)),
                    _connector="OR",
                ),
                name="campaign_recipient_made_has_words",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignclick",
            constraint=models.UniqueConstraint(fields=("recipient", "link"), name="campaign_click_once"),
        ),
        migrations.AddConstraint(
            model_name="campaignclick",
            constraint=models.CheckConstraint(
                condition=models.Q(("last_at__gte", models.F("first_at"))), name="campaign_click_in_order"
            ),
        ),
        migrations.RunSQL(MOVES, TAKE_DOWN),
    ]
