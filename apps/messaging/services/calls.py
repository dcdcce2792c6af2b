"""Calls that a telephone system tells of: into the history of whoever the number belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.activities.models import Activity, Call
from apps.activities.services.recording import Entry, record
from apps.core.live.publishing import publish
from apps.messaging.models import ToldOnce
from apps.messaging.services.voicemails import caller_of, number_in

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.contacts.models import Entity


@dataclass(frozen=True, kw_only=True)
class ToldCall:
    """`number` is the other side's, as told; `occurred_at` aware; `external_id` the telephone system's own, or ""."""

    number: str
    occurred_at: datetime
    direction: str = Call.Direction.IN
    outcome: str = Call.Outcome.REACHED
    seconds: int | None = None
    external_id: str = ""


@transaction.atomic
def tell_of_call(told: ToldCall, *, user: User, now: datetime) -> tuple[Activity, Entity | None, bool]:
    """Write the call of `user` down, once: its entry, whose number it is if anybody's, and whether it is new.

    A number that nobody has stands in the history all the same, so that a contact can be made of it.
    Raises ValidationError for a call in the future.
    """
    if told.occurred_at > now:
        raise ValidationError({"occurred_at": _("A call that was made can't lie in the future.")})
    number = number_in(told.number, user) or told.number[:60]
    entity = caller_of(number, user)
    if told.external_id:
        known = ToldOnce.objects.select_for_update().filter(external_id=told.external_id).first()
        if known is not None:
            return known.activity, entity, False
    facts = {"direction": told.direction, "outcome": told.outcome, "seconds": told.seconds, "number": number}
    entry = Entry(
        kind="call",
        verb="call.told",
        occurred_at=told.occurred_at,
        entities=[entity] if entity else [],
        subject="" if entity else number,
        facts=facts,
    )
    activity = record(entry, actor=user, now=now)
    Call.objects.create(activity=activity, **facts)
    if told.external_id:
        ToldOnce.objects.create(external_id=told.external_id, activity=activity)
    publish(f"user:{user.pk}", "call", {"activity": activity.pk})
    return activity, entity, True
