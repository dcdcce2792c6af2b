"""What synchronisation keeps: sources and what they sent, connections and what leaves by them, cards."""

from apps.sync.models.cards import CardChange, CardClash, ServedCard
from apps.sync.models.connections import (
    AnalyticsEvent,
    AnalyticsEventQuerySet,
    AudienceMember,
    AudienceMemberQuerySet,
    Connection,
    ConnectionQuerySet,
    ConnectionRun,
)
from apps.sync.models.sources import Batch, BatchBody, Rejection, Source, SourceMinute, SourceToken

__all__ = [
    "AnalyticsEvent",
    "AnalyticsEventQuerySet",
    "AudienceMember",
    "AudienceMemberQuerySet",
    "Batch",
    "BatchBody",
    "CardChange",
    "CardClash",
    "Connection",
    "ConnectionQuerySet",
    "ConnectionRun",
    "Rejection",
    "ServedCard",
    "Source",
    "SourceMinute",
    "SourceToken",
]
