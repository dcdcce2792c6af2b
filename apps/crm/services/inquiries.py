"""What a dealer waits for is sent to a colleague by rule, and is over with an answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count

from apps.accounts.models import User
from apps.activities.services.telling import News, tell
from apps.contacts.models import Entity
from apps.core import live
from apps.core.database_roles import as_house
from apps.crm.models import Claim, Dealer, Inquiry, Order
from apps.crm.permissions.claims import decides_disputes, may_speak_for
from apps.crm.selectors.in_charge import absent_on, stand_in_for, who_is_in_charge

if TYPE_CHECKING:
    from datetime import date

# By kind: whose inquiry it is by assignment, and the role whose least loaded member takes it otherwise.
_PURPOSES = {"claim": ("claims", "account"), "message": ("account",), "price": ("account",)}
_ROLES = {"claim": ("claims",), "message": ("sales",), "price": ("sales",)}
_OF_DISPUTES = ("claims", "manager")  # those of them who see amounts
_RECORDS = {"claim": "crm.claim", "order": "crm.order", "dealer": "crm.dealer"}


@transaction.atomic
def open_inquiry(
    *, dealer: Dealer, kind: str, now: datetime, order: Order | None = None, claim: Claim | None = None
) -> Inquiry:
    """Note that the dealer waits, with whom it lies, and tell them; one that waits already stays the one.

    The oldest counts: a second message doesn't move the first one's place in the queue.
    """
    same = Inquiry.objects.waiting().filter(dealer=dealer, kind=kind, order=order, claim=claim)
    inquiry = same.order_by("opened_at", "pk").first()
    if inquiry is None:
        disputed = claim is not None and claim.is_dispute
        manager = route(dealer=dealer, kind=kind, on=now.date(), disputed=disputed)
        inquiry = Inquiry.objects.create(
            dealer=dealer, kind=kind, order=order, claim=claim, manager=manager, opened_at=now
        )
    live.publish("claims:all", "claims-changed", {"ids": []})  # what waits is another list now
    if inquiry.manager_id is not None:
        record_type, record = _about(inquiry)
        news = News(inquiry.manager_id, "inquiry", f"{kind}.opened", record_type=record_type, record_id=record)
        tell([news], actor_id=None, now=now)
    return inquiry


def route(*, dealer: Dealer, kind: str, on: date, disputed: bool = False) -> User | None:
    """The dealer's own manager, while away their stand-in, else whom the fewest wait for; None: nobody is there.

    What is `disputed` is an amount: it lies with those who may decide about one.
    """
    for purpose in _PURPOSES[kind]:
        found = who_is_in_charge(dealer.entity_id, purpose, on)
        if found is not None:
            present = stand_in_for(found, on)
            if present is not None and present.is_active and _sees(present, dealer, disputed):
                return present
    roles = _OF_DISPUTES if disputed else _ROLES[kind]
    found_for = (_least_loaded(role, dealer, on, disputed) for role in roles)
    return next((found for found in found_for if found is not None), None)


@transaction.atomic
def ask_for_price(*, actor: User, order: Order, now: datetime) -> Inquiry:
    """A dealer wants to know what an order costs that bears no price yet. Raises PermissionDenied."""
    if not may_speak_for(actor, order.dealer_id):
        raise PermissionDenied
    with as_house():
        return open_inquiry(dealer=order.dealer, kind=Inquiry.Kind.PRICE, order=order, now=now)


@transaction.atomic
def answer_inquiries(
    *,
    actor: User,
    dealer: Dealer,
    kinds: Sequence[str],
    now: datetime,
    order: Order | None = None,
    claim: Claim | None = None,
) -> int:
    """They wait no longer; how many did."""
    waiting = Inquiry.objects.waiting().filter(dealer=dealer, kind__in=kinds, order=order, claim=claim)
    live.publish("claims:all", "claims-changed", {"ids": []})
    return waiting.update(answered_at=now, answered_by=actor)


def hand_over(*, inquiry: Inquiry, to: User) -> None:
    """Let it wait for somebody else; the caller has asked."""
    Inquiry.objects.filter(pk=inquiry.pk, answered_at__isnull=True).update(manager=to)


def _least_loaded(role: str, dealer: Dealer, on: date, disputed: bool) -> User | None:
    people = User.objects.filter(is_active=True, groups__name=role).exclude(pk__in=absent_on(on))
    loads = dict(
        Inquiry.objects.waiting()
        .filter(manager__isnull=False)
        .values_list("manager")
        .annotate(number=Count("pk"))
        .values_list("manager", "number")
    )
    ranked = sorted(people, key=lambda user: (loads.get(user.pk, 0), user.pk))
    return next((user for user in ranked if _sees(user, dealer, disputed)), None)


def _sees(user: User, dealer: Dealer, disputed: bool) -> bool:
    if disputed and not decides_disputes(user):
        return False
    return Entity.objects.visible_to(user).filter(pk=dealer.entity_id).exists()


def _about(inquiry: Inquiry) -> tuple[str, int]:
    if inquiry.claim_id is not None:
        return _RECORDS["claim"], inquiry.claim_id
    if inquiry.order_id is not None:
        return _RECORDS["order"], inquiry.order_id
    return _RECORDS["dealer"], inquiry.dealer_id
