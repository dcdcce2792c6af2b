"""The live threads between a dealer and the house: about the dealer, an order or a claim."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from apps.activities.models import Activity
from apps.crm.models import Claim, Dealer, Order

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.activities.models import ActivityQuerySet

MESSAGE = "message"
KINDS = (MESSAGE, "claim")
TYPES = ("dealer", "order", "claim")
SHOWN = 200  # of the latest; the rest stands on the contact's timeline


@dataclass(frozen=True, slots=True)
class Thread:
    """`type` is "dealer", "order" or "claim", `id` the record's; `channel` is what its open pages listen to."""

    type: str
    id: int
    dealer_id: int

    @property
    def channel(self) -> str:
        return f"thread:{self.type}:{self.id}"

    @property
    def context_type(self) -> str:
        return f"crm.{self.type}"


def thread_of(record: Dealer | Order | Claim) -> Thread:
    if isinstance(record, Dealer):
        return Thread("dealer", record.pk, record.pk)
    return Thread("order" if isinstance(record, Order) else "claim", record.pk, record.dealer_id)


def entries_of(thread: Thread, user: User) -> list[Activity]:
    """The talk, oldest first, with what happened to a claim in between; `facts` say who speaks."""
    found = messages_of(thread, user).order_by("-occurred_at", "-pk")[:SHOWN]
    return list(found)[::-1]


def messages_of(thread: Thread, user: User) -> ActivityQuerySet:
    entries = Activity.objects.visible_to(user).live().filter(kind__in=KINDS, shown_to__isnull=False)
    return entries.filter(context_type=thread.context_type, context_id=thread.id)


def answers_since(user: User, since: datetime) -> ActivityQuerySet:
    """What the house wrote to the firm of `user` after a moment, in all its threads."""
    entries = Activity.objects.visible_to(user).live().filter(kind=MESSAGE, shown_to__isnull=False)
    return entries.filter(created_at__gt=since, facts__side="house")


def may_hear_thread(user: User, channel: str) -> bool:
    """Channel "thread:claim:12" is for whoever sees claim 12."""
    _prefix, _sign, rest = channel.partition(":")
    type_, _sign, number = rest.partition(":")
    models = {"dealer": Dealer, "order": Order, "claim": Claim}
    if type_ not in models or not number.isdecimal() or len(number) > 18:
        return False
    return bool(models[type_].objects.visible_to(user).filter(pk=number).exists())  # type: ignore[attr-defined]  # each has it
