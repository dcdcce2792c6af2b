"""Orders and claims as mail templates name them, and whom a mail about one goes to."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Sum
from django.http import Http404
from django.utils import translation
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from apps.crm.models import Claim, Dealer, LedgerEntry, Order
from apps.crm.services.papers.reading import sees_amounts
from apps.messaging.services.contexts import contacts
from apps.messaging.services.contexts.values import known
from apps.messaging.services.template_contexts import TemplateContext, Variable

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.contacts.models import Entity

ORDER_VARIABLES = (
    Variable("order.number", _("Number of the order"), "2026-1042"),
    Variable("order.reference", _("The dealer's reference"), "K-77"),
    Variable("order.date", _("Ordered on"), date(2026, 11, 16)),
    Variable("order.delivery_date", _("Delivery on"), date(2026, 12, 14)),
    Variable("order.status", _("Status"), _("In production")),
    Variable("order.total", _("Total"), Decimal("2460.00")),
    Variable("order.paid", _("Paid"), Decimal("1000.00")),
    Variable("order.balance", _("Still to pay"), Decimal("1460.00")),
    Variable("order.due_date", _("To be paid by"), date(2026, 11, 30)),  # accounting doesn't tell it yet
    Variable("order.currency", _("Currency"), "EUR"),
    *contacts.VARIABLES,
)
CLAIM_VARIABLES = (
    Variable("claim.number", _("Number of the claim"), "C-000077"),
    Variable("claim.date", _("Claimed on"), date(2026, 11, 20)),
    Variable("claim.subject", _("What is claimed"), _("Damaged")),
    Variable("claim.status", _("State"), _("In review")),
    Variable("claim.order_number", _("Number of the order"), "2026-1042"),
    *contacts.VARIABLES,
)
_OFFERED = 20


def contexts() -> dict[str, TemplateContext]:
    order = TemplateContext(_("Order"), ORDER_VARIABLES, read_order, order_recipient, offered_orders)
    claim = TemplateContext(_("Claim"), CLAIM_VARIABLES, read_claim, claim_recipient, offered_claims)
    return {"crm.order": order, "crm.claim": claim}


def read_order(user: User, record_id: int, language: str, now: datetime) -> dict[str, Any]:
    """Amounts for readers of money alone, and once accounting told them. Raises Http404."""
    order = _order(user, record_id)
    with translation.override(language or None):
        state = getattr(order, "state", None)
        values = {
            "number": order.number,
            "reference": order.reference,
            "date": localdate(order.received_at),
            "delivery_date": state.planned_on if state else None,
            "status": str(state.get_status_display()) if state and state.stage_version else "",
            **(_amounts(order, user) if sees_amounts(user) else {}),
        }
        return {"order": known(values), **_contact(user, order.dealer, language)}


def read_claim(user: User, record_id: int, language: str, now: datetime) -> dict[str, Any]:
    """Raises Http404."""
    claim = _claim(user, record_id)
    with translation.override(language or None):
        values = {
            "number": claim.number,
            "date": localdate(claim.made_at),
            "subject": str(claim.get_kind_display()),
            "status": str(claim.get_state_display()),
            "order_number": claim.order.number if claim.order else "",
        }
        return {"claim": known(values), **_contact(user, claim.dealer, language)}


def order_recipient(user: User, record_id: int) -> Entity:
    """The dealer's contact. Raises Http404."""
    return contacts.recipient(user, _order(user, record_id).dealer.entity_id)


def claim_recipient(user: User, record_id: int) -> Entity:
    return contacts.recipient(user, _claim(user, record_id).dealer.entity_id)


def offered_orders(user: User) -> list[tuple[int, str]]:
    found = Order.objects.visible_to(user).order_by("-received_at", "-pk")
    return list(found.values_list("pk", "number")[:_OFFERED])


def offered_claims(user: User) -> list[tuple[int, str]]:
    found = Claim.objects.visible_to(user).order_by("-made_at", "-pk")
    return list(found.values_list("pk", "number")[:_OFFERED])


def _order(user: User, record_id: int) -> Order:
    found = Order.objects.visible_to(user).select_related("dealer", "state", "money").filter(pk=record_id).first()
    if found is None:
        raise Http404
    return found


def _claim(user: User, record_id: int) -> Claim:
    found = Claim.objects.visible_to(user).select_related("dealer", "order").filter(pk=record_id).first()
    if found is None:
        raise Http404
    return found


def _amounts(order: Order, user: User) -> dict[str, Any]:
    """Still to pay is what the account says of the order, once something was charged for it; else its total."""
    told = getattr(order, "money", None)
    if told is None:
        return {}
    lines = LedgerEntry.objects.visible_to(user).filter(order=order, currency=told.currency)
    is_charged = lines.filter(amount__gt=0).exists()
    sums = lines.aggregate(all=Sum("amount"))["all"] or Decimal(0)
    balance = sums if is_charged else told.amount + sums
    return {
        "total": told.amount,
        "paid": told.amount - balance,
        "balance": balance,
        "currency": told.currency,
    }


def _contact(user: User, dealer: Dealer, language: str) -> dict[str, Any]:
    try:
        return {"contact": contacts.values_of(contacts.recipient(user, dealer.entity_id), language)}
    except Http404:
        return {}
