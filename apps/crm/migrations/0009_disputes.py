"""Disputes: claims about a line of an account, which only readers of money see, and the corrections that answer them."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

MINE = "dealer_id = (SELECT rapport_setting_id('app.dealer_id'))"
OWN_FIRM = "shown_to_id = (SELECT rapport_setting_id('app.entity_id'))"
OF_A_CLAIM = "EXISTS (SELECT 1 FROM crm_claim c WHERE c.id = {})"
# What hangs on a claim is there where the claim is.
BEFORE = {"crm_claim": MINE, "crm_claimphoto": MINE, "activities_activity": OWN_FIRM}
AFTER = {
    "crm_claim": MINE + " AND (entry_id IS NULL OR (SELECT rapport_sees_money()))",
    "crm_claimphoto": MINE + " AND " + OF_A_CLAIM.format("claim_id"),
    "activities_activity": OWN_FIRM + " AND (context_type <> 'crm.claim' OR " + OF_A_CLAIM.format("context_id") + ")",
}


def policies(walls):
    return ";".join(f"ALTER POLICY portal ON {table} USING ({condition})" for table, condition in walls.items())


class Migration(migrations.Migration):
    dependencies = [("crm", "0008_promises"), ("activities", "0011_entry_files")]

    operations = [
        migrations.AlterField(
            "claim",
            "order",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="crm.order"
            ),
        ),
        migrations.AddField(
            "claim",
            "entry",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="disputes",
                to="crm.ledgerentry",
            ),
        ),
        migrations.AddField("claim", "expected", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
        migrations.AddConstraint(
            "claim",
            models.CheckConstraint(
                condition=Q(order__isnull=False) | Q(entry__isnull=False), name="claim_about_something"
            ),
        ),
        migrations.AddConstraint(
            "claim",
            models.UniqueConstraint(
                fields=["entry"], name="dispute_open_once", condition=Q(entry__isnull=False, closed_at=None)
            ),
        ),
        migrations.AddIndex(
            "claim", models.Index(fields=["entry"], name="claim_of_entry", condition=Q(entry__isnull=False))
        ),
        migrations.AddField(
            "compensation",
            "kind",
            models.CharField(
                choices=[("compensation", "Compensation"), ("correction", "Correction")],
                db_default="compensation",
                default="compensation",
                max_length=12,
            ),
        ),
        migrations.RemoveConstraint("compensation", "compensation_above_zero"),
        migrations.AddConstraint(
            "compensation",
            models.CheckConstraint(
                condition=Q(amount__gt=0) | (Q(kind="correction") & ~Q(amount=0)), name="compensation_gives"
            ),
        ),
        migrations.RunSQL(policies(AFTER), policies(BEFORE)),
    ]
