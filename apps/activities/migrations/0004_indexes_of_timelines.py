"""Each way to read the history is a range of an index; built beside the running house."""

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
    dependencies = [("activities", "0003_history_in_full")]

    operations = [
        RemoveIndexConcurrently(
            model_name="activity",
            name="activity_by_time",
        ),
        AddIndexConcurrently(
            model_name="activity",
            index=models.Index(
                condition=models.Q(("removed_at__isnull", True)),
                fields=["-occurred_at", "-id"],
                name="activity_by_time",
            ),
        ),
        AddIndexConcurrently(
            model_name="activity",
            index=models.Index(
                condition=models.Q(("removed_at__isnull", True)),
                fields=["kind", "-occurred_at", "-id"],
                name="activity_by_kind",
            ),
        ),
        AddIndexConcurrently(
            model_name="activity",
            index=models.Index(
                condition=models.Q(("removed_at__isnull", True)),
                fields=["actor", "-occurred_at", "-id"],
                name="activity_by_actor",
            ),
        ),
        AddIndexConcurrently(
            model_name="activity",
            index=models.Index(
                condition=models.Q(("context_id__isnull", False)),
                fields=["context_type", "context_id", "-occurred_at", "-id"],
                name="activity_by_context",
            ),
        ),
        AddIndexConcurrently(
            model_name="activity",
            index=models.Index(
                condition=models.Q(("pinned_at__isnull", False)), fields=["-pinned_at"], name="activity_pinned"
            ),
        ),
        AddIndexConcurrently(
            model_name="activity",
            index=django.contrib.postgres.indexes.GinIndex(fields=["audience"], name="activity_audience"),
        ),
        AddIndexConcurrently(
            model_name="activity",
            index=django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("readers__isnull", False)), fields=["readers"], name="activity_readers"
            ),
        ),
        AddConstraintNotValid(
            model_name="activity",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("context_id__isnull", True), ("context_type", "")),
                    models.Q(models.Q(("context_type", ""), _negated=True), ("context_id__isnull", False)),
                    _connector="OR",
                ),
                name="activity_context_is_whole",
            ),
        ),
        AddConstraintNotValid(
            model_name="activity",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("readers__isnull", True), ("visibility", "public")),
                    models.Q(models.Q(("visibility", "public"), _negated=True), ("readers__isnull", False)),
                    _connector="OR",
                ),
                name="activity_readers_unless_public",
            ),
        ),
        ValidateConstraint(model_name="activity", name="activity_context_is_whole"),
        ValidateConstraint(model_name="activity", name="activity_readers_unless_public"),
    ]
