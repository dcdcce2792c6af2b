"""Order confirmation, invoice, statement and claim report.

SAMPLE DATA until "Dealers" brings orders, ledgers and claims: one invented customer, whatever record is asked for, and
"Sample" across each page. Then `samples` goes, and the functions take a record that the user sees.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from babel.numbers import format_currency, format_decimal
from django.utils.timezone import localdate
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.core import clock
from apps.messaging.services.liquid.filters import locale_of, shown
from apps.messaging.services.papers import samples
from apps.messaging.services.papers.frame import fact, file_name, frame

if TYPE_CHECKING:
    from apps.accounts.models import User


def order_confirmation(user: User, record_id: int, language: str) -> dict[str, Any]:
    """In the active language, as all of these."""
    return _of_order(
        _("Order confirmation %(number)s") % {"number": samples.NUMBER},
        fact(_("Delivery on"), _day(samples.DELIVERY)),
        before=_("Thank you for your order. We confirm it as follows."),
        after=_("Please check measures and colours, and tell us within two days what should be different."),
    )


def invoice(user: User, record_id: int, language: str) -> dict[str, Any]:
    return _of_order(
        _("Invoice %(number)s") % {"number": samples.NUMBER},
        fact(_("To be paid by"), _day(samples.DUE)),
        before=_("For our delivery we charge:"),
        after=_("Please pay by %(day)s and name the number of this invoice.") % {"day": _day(samples.DUE)},
    )


def statement(user: User, record_id: int, language: str) -> dict[str, Any]:
    balance, rows = Decimal(0), []
    for day, number, amount in samples.LEDGER:
        balance += amount
        words = _("Order %(number)s") % {"number": number} if number else _("Payment")
        charged, paid = (_money(amount), "") if amount > 0 else ("", _money(-amount))
        rows.append([_day(day), words, charged, paid, _money(balance)])
    return {
        **_letter(_("Statement of settlements"), fact(_("Customer"), samples.TO[0])),
        "before": [_("This is how your account with us stands.")],
        "table": _table([_("Day"), _("What for"), _("Charged"), _("Paid"), _("Balance")], rows, from_right=2),
        "totals": [_total(_("Still to pay"), balance, strong=True)],
        "after": [_("Please tell us if your books say otherwise.")],
    }


def claim_report(user: User, record_id: int, language: str) -> dict[str, Any]:
    rows = [[str(place), words, _count(count)] for place, (words, count) in enumerate(samples.CLAIMED, 1)]
    known = (
        fact(_("Claimed on"), _day(samples.CLAIMED_ON)),
        fact(_("Order"), samples.NUMBER),
        fact(_("State"), _("Being checked")),
    )
    return {
        **_letter(_("Claim report %(number)s") % {"number": samples.CLAIM}, *known),
        "before": [_("We have taken up your claim:")],
        "table": _table([_("No."), _("What"), _("Pieces")], rows, from_right=2),
        "after": [_("You will hear from us as soon as it is decided.")],
    }


def name_of(data: dict[str, Any]) -> str:
    return file_name(data["title"])


def _of_order(title: str, known: dict[str, Any], *, before: str, after: str) -> dict[str, Any]:
    net = sum((count * price for _words, count, price in samples.LINES), Decimal(0))
    tax = net * samples.TAX
    rows = [
        [str(place), words, _count(count), _money(price), _money(count * price)]
        for place, (words, count, price) in enumerate(samples.LINES, 1)
    ]
    return {
        **_letter(title, fact(_("Ordered on"), _day(samples.ORDERED)), known),
        "before": [before],
        "table": _table([_("No."), _("What"), _("Pieces"), _("Price"), _("Amount")], rows, from_right=2),
        "totals": [
            _total(_("Without tax"), net),
            _total(_("VAT %(percent)s %%") % {"percent": _count(int(samples.TAX * 100))}, tax),
            _total(_("Total"), net + tax, strong=True),
        ],
        "after": [after],
    }


def _letter(title: str, *known: dict[str, Any]) -> dict[str, Any]:
    head = frame(title, today=localdate(clock.now()), is_sample=True)
    rows = list(known)
    return {**head, "to_title": _("To"), "to": samples.TO, "facts": rows, "totals": []}


def _table(titles: Sequence[str], rows: list[list[str]], *, from_right: int) -> dict[str, Any]:
    """The second column has the words and takes what room is left; from `from_right` on there are figures."""
    columns = [{"title": title, "wide": at == 1, "right": at >= from_right} for at, title in enumerate(titles)]
    return {"columns": columns, "rows": rows}


def _total(label: str, amount: Decimal, *, strong: bool = False) -> dict[str, Any]:
    return {"label": label, "value": _money(amount), "strong": strong}


def _money(amount: Decimal) -> str:
    return format_currency(amount, samples.CURRENCY, locale=locale_of(_language()))


def _count(number: int) -> str:
    return format_decimal(number, locale=locale_of(_language()))


def _day(day: date) -> str:
    return shown(day, _language(), "medium")


def _language() -> str:
    return get_language() or "en"
