"""Addresses that mail can't reach."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from apps.contacts.models import EmailAddress
from apps.contacts.services.journal import editing
from apps.core.models import Suppression
from apps.core.services.operations import snapshot
from apps.core.services.suppression import suppress


def mark_bounced(*, addresses: Collection[str], now: datetime) -> int:
    """Note on every contact that bears one of these addresses that mail to it came back; returns on how many.

    The house does it, since it is true of the address, whoever wrote to it. Noted already: it stays as it was. No
    mailing goes there from now on, whether a contact bears it or not.
    """
    suppress(addresses=addresses, reason=Suppression.Reason.BOUNCED, now=now)
    found = EmailAddress.objects.filter(
        address__in=addresses,
        bounced_at__isnull=True,
        entity__trashed_at__isnull=True,
        entity__merged_into__isnull=True,
    )
    ids = sorted(set(found.values_list("entity_id", flat=True)))
    if not ids:
        return 0
    with editing(ids, actor=None, verb="email.bounced", now=now) as edit:
        for email in found.filter(entity__in=ids).order_by("pk"):
            before = snapshot(email)
            email.bounced_at = now
            email.save(update_fields=["bounced_at"])
            edit.updated(email, before, email.entity_id)
    return len(ids)
