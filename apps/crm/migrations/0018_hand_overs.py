"""Hand-overs with their items, rules that assign new contacts with their log; nobody is away twice at a time."""

import django.contrib.postgres.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

import apps.crm.models.assignments

# Of two absences that overlap the one noted later stands.
LATER_WORD = """
DELETE FROM crm_absence AS a USING crm_absence AS b
WHERE a.user_id = b.user_id AND a.id < b.id
    AND daterange(a.starts_on, a.ends_on) && daterange(b.starts_on, b.ends_on);
"""
PROTECT, CASCADE, SET_NULL = (
    django.db.models.deletion.PROTECT,
    django.db.models.deletion.CASCADE,
    django.db.models.deletion.SET_NULL,
)


def to(model, on_delete, *, null=True, related_name="+", **options):
    return models.ForeignKey(to=model, on_delete=on_delete, null=null, related_name=related_name, **options)


def pk():
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_teams"),
        ("contacts", "0010_longer_targets"),
        ("core", "0005_list_visits"),
        ("crm", "0017_team_contacts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(LATER_WORD, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "absence",
            django.contrib.postgres.constraints.ExclusionConstraint(
                name="absence_once_at_a_time",
                expressions=[
                    ("user", "="),
                    (apps.crm.models.assignments._Period("starts_on", "ends_on"), "&&"),
                ],
            ),
        ),
        migrations.CreateModel(
            "AssignmentRule",
            fields=[
                ("id", pk()),
                ("name", models.CharField(max_length=100)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("country", models.CharField(blank=True, max_length=2)),
                ("folder", to("contacts.folder", CASCADE, blank=True)),
                ("category", to("contacts.category", CASCADE, blank=True)),
                ("persona", to("crm.persona", CASCADE, blank=True)),
                ("source", models.CharField(blank=True, max_length=40)),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("user", "One person"),
                            ("team", "A team as a whole"),
                            ("turns", "Members of a team in turn"),
                            ("least", "Who of a team has the fewest contacts"),
                        ],
                        max_length=5,
                    ),
                ),
                ("user", to(settings.AUTH_USER_MODEL, PROTECT, blank=True)),
                ("team", to("accounts.team", PROTECT, blank=True)),
                ("is_active", models.BooleanField(default=True)),
                ("turn", models.PositiveBigIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["name"], name="assignment_rule_name_once"),
                    models.CheckConstraint(
                        name="assignment_rule_names_whom",
                        condition=Q(how="user", user__isnull=False, team__isnull=True)
                        | (~Q(how="user") & Q(user__isnull=True, team__isnull=False)),
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            "AssignmentRun",
            fields=[
                ("id", pk()),
                ("rule", to("crm.assignmentrule", SET_NULL, related_name="runs")),
                ("rule_name", models.CharField(max_length=100)),
                ("entity", to("contacts.entity", CASCADE, null=False)),
                ("user", to(settings.AUTH_USER_MODEL, PROTECT, db_index=False)),
                ("team", to("accounts.team", PROTECT, db_index=False)),
                ("at", models.DateTimeField()),
            ],
            options={"indexes": [models.Index(fields=["-at", "-id"], name="assignment_run_latest")]},
        ),
        migrations.CreateModel(
            "HandOver",
            fields=[
                ("id", pk()),
                ("from_user", to(settings.AUTH_USER_MODEL, PROTECT, related_name="hand_overs_given")),
                ("to_user", to(settings.AUTH_USER_MODEL, PROTECT, related_name="hand_overs_taken")),
                ("to_team", to("accounts.team", PROTECT, related_name="hand_overs_taken")),
                ("starts_on", models.DateField()),
                ("until", models.DateField(null=True)),
                ("note", models.CharField(blank=True, max_length=1000)),
                ("takes_tasks", models.BooleanField(default=False)),
                ("made_by", to(settings.AUTH_USER_MODEL, PROTECT, db_index=False)),
                ("made_at", models.DateTimeField()),
                ("operation", to("core.operation", SET_NULL, db_index=False)),
                ("done_at", models.DateTimeField(null=True)),
                ("told_start_at", models.DateTimeField(null=True)),
                ("told_return_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["-made_at", "-id"], name="hand_over_latest"),
                    models.Index(fields=["until"], name="hand_over_by_end", condition=Q(until__isnull=False)),
                ],
                "constraints": [
                    models.CheckConstraint(
                        name="hand_over_to_one",
                        condition=Q(to_user__isnull=False, to_team__isnull=True)
                        | Q(to_user__isnull=True, to_team__isnull=False),
                    ),
                    models.CheckConstraint(
                        name="hand_over_ends_after_start",
                        condition=Q(until__isnull=True) | Q(until__gt=F("starts_on")),
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            "HandOverItem",
            fields=[
                ("id", pk()),
                ("hand_over", to("crm.handover", CASCADE, null=False, related_name="items", db_index=False)),
                ("entity", to("contacts.entity", CASCADE, null=False)),
                ("confirmed_by", to(settings.AUTH_USER_MODEL, PROTECT, db_index=False)),
                ("confirmed_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["hand_over", "entity"], name="hand_over_item_once"),
                    models.CheckConstraint(
                        name="hand_over_confirmed_by_somebody",
                        condition=Q(confirmed_at__isnull=True) | Q(confirmed_by__isnull=False),
                    ),
                ]
            },
        ),
    ]
