"""Who unsubscribed outside gets no mailings from us either: the one place where that is said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from apps.core.models import Suppression
from apps.core.services.suppression import suppress
from apps.sync.models import Connection

_REASONS = {"unsubscribed": Suppression.Reason.UNSUBSCRIBED, "cleaned": Suppression.Reason.BOUNCED}


def opt_out(connection: Connection, *, addresses: Iterable[str], status: str, now: datetime) -> int:
    """Of how many addresses that is news. `status` is Mailchimp's: "unsubscribed" or "cleaned" (mail came back)."""
    return suppress(addresses=addresses, reason=_REASONS[status], now=now, origin=f"connection:{connection.pk}")


def opted_out(addresses: Iterable[str]) -> set[str]:
    """Those of these folded addresses that get no mailings at all."""
    rows = Suppression.objects.against(Suppression.ALL).filter(address__in=list(addresses))
    return set(rows.values_list("address", flat=True))
