"""The index that messages are found by (ADR 0023)."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models

from apps.projects.models.groups import Group


class MessageWord(models.Model):
    """A word of the message at `seq` of a group, folded; the key alone answers a search, the newest first."""

    pk = models.CompositePrimaryKey("group", "word", "seq")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+", db_index=False)
    word = models.CharField(max_length=40, db_collation="C")
    seq = models.BigIntegerField()


class KnownWord(models.Model):
    """A word that stands in any message: what is typed wrong is looked for among these, by their trigrams."""

    word = models.CharField(max_length=40, unique=True, db_collation="C")

    class Meta:
        indexes = [GinIndex(fields=["word"], name="known_word_trigrams", opclasses=["gin_trgm_ops"])]
