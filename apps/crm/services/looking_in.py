"""Staff look into the portal as a dealer sees it: noted in the audit, reading only (docs/adr/0015)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied

from apps.accounts.services.audit import record_event
from apps.crm.models import Dealer
from apps.crm.models.reach import ORDER_ROLES, has_role
from apps.crm.selectors.viewing import SESSION_KEY

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

    from apps.accounts.models import User


def look_in(*, actor: User, dealer: Dealer, session: SessionBase, now: datetime) -> None:
    """From now on `actor`'s session sees the portal of `dealer`. Raises PermissionDenied for other roles."""
    if not has_role(actor, ORDER_ROLES):
        raise PermissionDenied
    session[SESSION_KEY] = dealer.pk
    record_event(actor=actor, verb="portal.viewed_as", record=dealer, now=now)


def stop_looking(*, actor: User, session: SessionBase, now: datetime) -> None:
    """The session is the house's again; a second call changes nothing."""
    dealer = Dealer.objects.filter(pk=session.pop(SESSION_KEY, None)).first()
    if dealer is not None:
        record_event(actor=actor, verb="portal.left", record=dealer, now=now)
