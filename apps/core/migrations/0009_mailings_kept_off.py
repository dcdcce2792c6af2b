"""Indexes of the list of suppressed addresses; a mailing names its addressee, and nothing else does."""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
    ValidateConstraint,
)
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("core", "0008_report_schedules")]

    operations = [
        AddIndexConcurrently("suppression", models.Index(fields=["-created_at", "-id"], name="suppression_latest")),
        AddIndexConcurrently(
            "suppression",
            django.contrib.postgres.indexes.GinIndex(
                fields=["address"], name="suppression_address_trgm", opclasses=["gin_trgm_ops"]
            ),
        ),
        # A portion of mailings waits since one moment: without the id it would be sorted whole for each claim.
        AddIndexConcurrently(
            "outgoingmail",
            models.Index(fields=["not_before", "id"], name="outgoing_next", condition=models.Q(("state", "queued"))),
        ),
        RemoveIndexConcurrently("outgoingmail", "outgoing_due"),
        AddConstraintNotValid(
            "outgoingmail",
            models.CheckConstraint(
                name="outgoing_mailing_has_addressee",
                condition=models.Q(scope="", addressee="") | (~models.Q(scope="") & ~models.Q(addressee="")),
            ),
        ),
        ValidateConstraint("outgoingmail", "outgoing_mailing_has_addressee"),
    ]
