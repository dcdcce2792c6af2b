"""What becomes of facts about orders and settlements: dealers' people are told, claims' pages follow."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

import structlog
from django.db import DatabaseError, transaction

from apps.accounts.signals import preferences_changed
from apps.core import clock
from apps.crm.models import Claim, Compensation
from apps.crm.services.campaigns.settling import note_answers, note_returned
from apps.crm.services.claim_history import tell_pages
from apps.crm.services.dealer_notices import tell_dealers
from apps.crm.services.mail_answers import join_threads
from apps.crm.services.mailings.incoming import take_returned
from apps.crm.services.promises.telling import claim_moves
from apps.crm.services.rule_mails import note_mails
from apps.crm.services.summaries import move_summary
from apps.crm.signals import compensations_booked, mailing_returned, orders_changed
from apps.messaging.models import MailMessage
from apps.messaging.services.intake import Reading
from apps.messaging.signals import mails_arrived

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.core.models import OutgoingMail

log = structlog.get_logger(__name__)

_NEWS = timedelta(days=2)  # what a feed brings of older days is history, not news


class _Happening(Protocol):
    order_id: int
    dealer_id: int
    kind: str
    at: datetime


def on_orders_changed(*, happenings: Sequence[_Happening] = (), **kwargs: object) -> None:
    now = clock.now()
    told: dict[int, dict[int, set[str]]] = {}
    news = [each for each in happenings if now - each.at < _NEWS]
    moved = claim_moves({each.order_id for each in news if each.kind == "planned"}, now=now)
    for each in news:
        if each.kind != "planned" or each.order_id in moved:
            told.setdefault(each.dealer_id, {}).setdefault(each.order_id, set()).add(each.kind)
    if told:
        tell_dealers(told, now=now)


def on_compensations_booked(*, compensations: Collection[int], **kwargs: object) -> None:
    given = Compensation.objects.filter(pk__in=list(compensations)).values("claim")
    for claim in Claim.objects.filter(pk__in=given):
        tell_pages(claim)


def on_preferences_changed(*, user: User, changes: frozenset[str], now: datetime, **kwargs: object) -> None:
    if changes & {"digest_hour", "time_zone"}:
        move_summary(user=user, now=now)


def on_mails_arrived(*, arrived: Sequence[tuple[MailMessage, Reading]], now: datetime, **kwargs: object) -> None:
    join_threads(arrived, now=now)
    take_returned(arrived, now=now)
    note_answers(arrived)
    try:
        with transaction.atomic():
            note_mails([message for message, _reading in arrived], now=now)
    except DatabaseError:  # the mail is stored in any case
        log.exception("rules.mails.failed")


def on_mailing_returned(*, now: datetime, mail: OutgoingMail | None = None, **kwargs: object) -> None:
    if mail is not None:
        note_returned(mail, now=now)


def connect() -> None:
    """Called once, when the app is ready."""
    orders_changed.connect(on_orders_changed)
    compensations_booked.connect(on_compensations_booked)
    mails_arrived.connect(on_mails_arrived)
    mailing_returned.connect(on_mailing_returned)
    preferences_changed.connect(on_preferences_changed)
