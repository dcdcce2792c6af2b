"""What the house's own receivers hear of contacts: which ones, never what is in them.

A program fetches a contact through the API, by the rights that its token has. Contacts of personal folders are told of
to nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy

from apps.contacts.models import Entity, Folder
from apps.core.services.webhooks.events import Fact, announce
from apps.crm.services.dealer_feed.audiences import HOUSE

if TYPE_CHECKING:
    from apps.contacts.models.entities import EntityQuerySet
    from apps.core.models import WebhookEvent

CREATED, UPDATED, TRASHED = "contact.created", "contact.updated", "contact.trashed"
CONTACT_TYPES: Mapping[str, Any] = {
    CREATED: gettext_lazy("Contacts were added"),
    UPDATED: gettext_lazy("Contacts changed"),
    TRASHED: gettext_lazy("Contacts were moved to the trash"),
}
MOST = 500  # contacts of one event: an import tells of its portions, not of each row


def tell_of_contacts(kind: str, ids: Collection[int], *, now: datetime) -> int:
    """In the transaction that makes it true; how many deliveries were queued. Nothing without a receiver."""
    named = sorted(set(ids))
    facts = [Fact(HOUSE, kind, {"contacts": named[at : at + MOST]}) for at in range(0, len(named), MOST)]
    return announce(facts, now=now) if facts else 0


def contacts_of(event: WebhookEvent) -> dict[str, Any] | None:
    """The event's contacts as they are when it goes out; None where there is none left to tell of."""
    rows = _told(event.subject["contacts"]).order_by("pk").values("id", "uid", "kind", "version", "trashed_at")
    contacts = [
        {
            "id": row["id"],
            "uid": str(row["uid"]),
            "kind": row["kind"],
            "version": row["version"],
            "is_trashed": row["trashed_at"] is not None,
        }
        for row in rows
    ]
    return {"contacts": contacts} if contacts else None


def _told(ids: Collection[int]) -> EntityQuerySet:
    return Entity.objects.filter(pk__in=ids).exclude(folder__kind=Folder.Kind.PERSONAL)
