"""Order confirmation and invoice: an order's constructions, and what was charged for it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.utils.translation import gettext as _

from apps.crm.models import LedgerEntry, Order
from apps.crm.selectors.order_pages import Piece, for_page, pieces_of
from apps.crm.services.papers.reading import addressed_to, as_of_on_paper, reading, sees_amounts
from apps.messaging.services.papers.frame import fact, facts
from apps.messaging.services.papers.letters import count, day, letter, money, table, total

if TYPE_CHECKING:
    from apps.accounts.models import User

_CHARGED = (LedgerEntry.Kind.CHARGE, LedgerEntry.Kind.DELIVERY, LedgerEntry.Kind.CORRECTION)


def order_confirmation(user: User, record_id: int, language: str) -> dict[str, Any]:
    """Of an approved order that `user` sees; prices for readers of money alone. Raises Http404."""
    with reading(user):
        amounts = sees_amounts(user)
        order = _order(user, record_id, amounts=amounts)
        pieces = pieces_of(order, user=user, sees_money=amounts)
        planned = order.state.planned_on if hasattr(order, "state") else None
        known = (
            *_of_order(order),
            fact(_("Delivery on"), day(planned) if planned else _("awaited")),
            fact(_("Data as of"), as_of_on_paper(order.plant_id, "delivery")),
        )
        titles = [_("No."), _("What"), _("Pieces"), *([_("Amount")] if amounts else [])]
        return letter(
            _("Order confirmation %(number)s") % {"number": order.number},
            to_title=_("To"),
            to=addressed_to(order.dealer),
            facts=facts(*known),
            before=[_("Thank you for your order. We confirm it as follows.")],
            table=table(titles, [_row(each, amounts=amounts) for each in pieces], from_right=2),
            totals=_totals(order, pieces) if amounts else [],
            after=[_("Please check measures and colours, and tell us within two days what should be different.")],
        )


def invoice(user: User, record_id: int, language: str) -> dict[str, Any]:
    """What accounting charged for an order, and what of it was paid. Raises Http404 where it charged nothing yet."""
    with reading(user):
        order = _order(user, record_id, amounts=True)
        lines = LedgerEntry.objects.visible_to(user).filter(order=order).order_by("booked_on", "pk")
        charged = [each for each in lines if each.kind in _CHARGED]
        if not charged:
            raise Http404
        currency = charged[0].currency
        entries = [each for each in lines if each.currency == currency]
        sum_charged = sum((each.amount for each in charged if each.currency == currency), Decimal(0))
        balance = sum((each.amount for each in entries), Decimal(0))
        rows = [
            [day(each.booked_on), _words(each), money(each.amount, currency)]
            for each in charged
            if each.currency == currency
        ]
        return letter(
            _("Invoice %(number)s") % {"number": order.number},
            to_title=_("To"),
            to=addressed_to(order.dealer),
            facts=facts(*_of_order(order), fact(_("Data as of"), as_of_on_paper(order.plant_id, "ledger"))),
            before=[_("For this order we charge:")],
            table=table([_("Day"), _("What for"), _("Amount")], rows, from_right=2),
            totals=[
                total(_("Total"), money(sum_charged, currency), strong=True),
                total(_("Paid and credited"), money(sum_charged - balance, currency)),
                total(_("Still to pay"), money(balance, currency), strong=True),
            ],
            after=[_("Please name the number of the order when you pay.")],
        )


def _order(user: User, record_id: int, *, amounts: bool) -> Order:
    found = for_page(Order.objects.visible_to(user).approved(), sees_money=amounts).filter(pk=record_id).first()
    if found is None:
        raise Http404
    return found


def _of_order(order: Order) -> list[dict[str, Any]]:
    return [
        fact(_("Order"), order.number),
        fact(_("Ordered on"), day(order.received_at)),
        fact(_("Your reference"), order.reference),
        fact(_("Client"), order.client),
        fact(_("Plant"), order.plant.name),
    ]


def _row(piece: Piece, *, amounts: bool) -> list[str]:
    made = piece.construction
    size = f"{made.width} × {made.height} mm" if made.width and made.height else ""
    more = ", ".join(filter(None, [size, made.colour, made.glass, made.hardware]))
    words = "\n".join(filter(None, [made.title or made.kind, more]))
    row = [str(made.position), words, count(made.quantity)]
    if not amounts:
        return row
    return [*row, _("awaited") if piece.amount is None else money(piece.amount, piece.currency)]


def _totals(order: Order, pieces: list[Piece]) -> list[dict[str, Any]]:
    """The order's own amount has the last word; what its constructions add up to is shown where it is another."""
    told = getattr(order, "money", None)
    if told is None:
        return [total(_("Total"), _("awaited"), strong=True)]
    known = [each.amount for each in pieces if each.amount is not None and each.currency == told.currency]
    added = sum(known, Decimal(0))
    rows = [total(_("Total"), money(told.amount, told.currency), strong=True)]
    if pieces and len(known) == len(pieces) and added != told.amount:
        rows.insert(0, total(_("Constructions together"), money(added, told.currency)))
    return rows


def _words(entry: LedgerEntry) -> str:
    kind = str(entry.get_kind_display())
    if entry.reverses_id:
        kind = _("%(kind)s, taken back") % {"kind": kind}
    return "\n".join(filter(None, [kind, entry.text]))
