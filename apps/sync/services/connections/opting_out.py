"""Who unsubscribed outside gets no mailings from us either: the one place where that is said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from apps.contacts.services.bouncing import mark_bounced
from apps.contacts.services.consent import leave_many
from apps.core.models import Suppression
from apps.sync.models import Connection

_REASONS = {"unsubscribed": Suppression.Reason.UNSUBSCRIBED, "cleaned": Suppression.Reason.BOUNCED}


def opt_out(connection: Connection, *, addresses: Iterable[str], status: str, now: datetime) -> int:
    """Of how many addresses that is news. `status` is Mailchimp's: "unsubscribed" or "cleaned" (mail came back)."""
    told, reason = list(addresses), _REASONS[status]
    with transaction.atomic():
        count = leave_many(addresses=told, reason=reason, now=now, origin=f"connection:{connection.pk}")
        if reason == Suppression.Reason.BOUNCED:
            mark_bounced(addresses=told, now=now)
    return count


def opted_out(addresses: Iterable[str]) -> set[str]:
    """Those of these folded addresses that get no mailings at all."""
    rows = Suppression.objects.against(Suppression.ALL).filter(address__in=list(addresses))
    return set(rows.values_list("address", flat=True))
