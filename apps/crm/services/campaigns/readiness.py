"""What keeps a campaign from being sent, in words for whoever writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from apps.crm.permissions.campaigns import sends_campaigns
from apps.messaging.selectors.sending import sending_accounts
from apps.messaging.services.bodies import is_empty

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.crm.models import Campaign


def troubles(campaign: Campaign, *, user: User) -> list[str]:
    """Why `user` can't send it now; nothing: it may go."""
    found = []
    if not user.is_active or not sends_campaigns(user):
        found.append(_("Whoever is to send it may not do so any more."))
    if not campaign.subject:
        found.append(_("It has no subject."))
    if is_empty(campaign.body):
        found.append(_("It has no words."))
    if campaign.segment is None or campaign.segment.removed_at is not None:
        found.append(_("No segment says whom it goes to."))
    if campaign.account_id and not sending_accounts(user).filter(pk=campaign.account_id).exists():
        found.append(_("Its mailbox is not one that you may send from."))
    return found
