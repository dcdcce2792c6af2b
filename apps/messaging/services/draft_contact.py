"""The contact that a draft is written to, as far as one can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404

from apps.contacts.models import EmailAddress, Entity
from apps.messaging.services.template_contexts import template_contexts

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.messaging.models import Draft


def contact_of(draft: Draft, *, user: User) -> Entity | None:
    """Of the record that the draft is about, else who bears its only address. None where `user` doesn't see them."""
    found = recipient_of(draft.context_type, draft.context_id, user=user)
    return found or (bearer_of(draft.to[0][1], user=user) if len(draft.to) == 1 else None)


def recipient_of(context_type: str, record_id: int | None, *, user: User) -> Entity | None:
    """The contact that a mail about this record goes to."""
    context = template_contexts.get(context_type)
    if record_id is None or context is None or context.recipient is None:
        return None
    try:
        return context.recipient(user, record_id)
    except Http404:
        return None


def bearer_of(address: str, *, user: User) -> Entity | None:
    """The one contact that bears the address; None where several do."""
    bearers = EmailAddress.objects.filter(address=address.lower()).values("entity")
    found = list(Entity.objects.visible_to(user).live().filter(pk__in=bearers).order_by("pk")[:2])
    return found[0] if len(found) == 1 else None
