"""Orders and claims until "Dealers" brings them: one invented customer, the same for every id."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.messaging.services.contexts import contacts
from apps.messaging.services.template_contexts import Variable

if TYPE_CHECKING:
    from apps.accounts.models import User

ORDER_VARIABLES = (
    Variable("order.number", gettext_lazy("Number of the order"), "2026-1042"),
    Variable("order.date", gettext_lazy("Ordered on"), date(2026, 11, 16)),
    Variable("order.delivery_date", gettext_lazy("Delivery on"), date(2026, 12, 14)),
    Variable("order.total", gettext_lazy("Total"), Decimal("2460.00")),
    Variable("order.paid", gettext_lazy("Paid"), Decimal("1000.00")),
    Variable("order.balance", gettext_lazy("Still to pay"), Decimal("1460.00")),
    Variable("order.due_date", gettext_lazy("To be paid by"), date(2026, 11, 30)),
    Variable("order.currency", gettext_lazy("Currency"), "EUR"),
    *contacts.VARIABLES,
)
CLAIM_VARIABLES = (
    Variable("claim.number", gettext_lazy("Number of the claim"), "R-77"),
    Variable("claim.date", gettext_lazy("Claimed on"), date(2026, 11, 20)),
    Variable("claim.subject", gettext_lazy("What is claimed"), gettext_lazy("Scratched glass")),
    Variable("claim.status", gettext_lazy("State"), gettext_lazy("Being checked")),
    Variable("claim.order_number", gettext_lazy("Number of the order"), "2026-1042"),
    *contacts.VARIABLES,
)


def read_order(user: User, record_id: int, language: str, now: datetime) -> dict[str, Any]:
    with translation.override(language or None):
        return {"order": _values(ORDER_VARIABLES, "order"), "contact": _contact()}


def read_claim(user: User, record_id: int, language: str, now: datetime) -> dict[str, Any]:
    with translation.override(language or None):
        return {"claim": _values(CLAIM_VARIABLES, "claim"), "contact": _contact()}


def _contact() -> dict[str, Any]:
    return _values(contacts.VARIABLES, "contact") | {"salutation": _("Dear %(name)s") % {"name": "Anna Kovalenko"}}


def _values(variables: tuple[Variable, ...], root: str) -> dict[str, Any]:
    own = (each for each in variables if each.path.startswith(f"{root}."))
    # Lazy texts are read here, while the recipient's language is the active one.
    return {
        each.path.partition(".")[2]: each.example if isinstance(each.example, Decimal | date) else str(each.example)
        for each in own
    }
