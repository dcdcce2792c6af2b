"""What synchronisation keeps: sources and what they sent, connections and what leaves by them."""

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
    "Connection",
    "ConnectionQuerySet",
    "ConnectionRun",
    "Rejection",
    "Source",
    "SourceMinute",
    "SourceToken",
]
