"""A campaign's mail to its writer, filled with a contact of theirs: to see it as its readers will."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.contacts.models import Entity
from apps.core.services.outbox import queue_envelopes
from apps.crm.permissions.campaigns import sends_campaigns
from apps.crm.selectors.segments import entities_seen
from apps.crm.services.campaigns.mails import Addressee, Press
from apps.messaging.selectors.sending import sending_accounts
from apps.messaging.services.bodies import is_empty

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.crm.models import Campaign


@transaction.atomic
def send_test(*, actor: User, campaign: Campaign, now: datetime) -> int:
    """Send each subject once to `actor`, filled with the first contact of the segment; returns how many mails.

    Raises PermissionDenied, ValidationError.
    """
    if not sends_campaigns(actor):
        raise PermissionDenied
    if campaign.account_id and not sending_accounts(actor).filter(pk=campaign.account_id).exists():
        raise ValidationError(_("Its mailbox is not one that you may send from."))
    if not campaign.subject or is_empty(campaign.body):
        raise ValidationError(_("Write its subject and words first."))
    entity = example_for(campaign, user=actor)
    if entity is None:
        raise ValidationError(_("There is no contact to fill it with: choose a segment that somebody is in."))
    press = Press(campaign, user=actor, entity_ids=[entity.pk], addresses=[actor.email], now=now)
    mark = f"{_('[Test]')} "
    envelopes = [
        press.mail(Addressee(actor.name, actor.email), variant=variant, entity_id=entity.pk, mark=mark)
        for variant in ("a", *(("b",) if campaign.has_test else ()))
    ]
    queue_envelopes([(f"{campaign.origin}:test:{uuid4()}", each) for each in envelopes], now=now)
    return len(envelopes)


def example_for(campaign: Campaign, *, user: User) -> Entity | None:
    """A contact of the segment that `user` sees, one with an address before others."""
    if campaign.segment is None:
        return None
    seen = entities_seen(campaign.segment, user)
    return seen.exclude(primary_email="").order_by("pk").first() or seen.order_by("pk").first()
