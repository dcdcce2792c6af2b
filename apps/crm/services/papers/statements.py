"""The statement of an account for a period: opening balance, lines, closing balance, as the finances page has them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.services.operations import OperationFailed
from apps.crm.models import Dealer, LedgerEntry
from apps.crm.selectors import settlements
from apps.crm.selectors.settlements import Account, Line, Statement, usual_start
from apps.crm.services.papers.reading import addressed_to, as_of_on_paper, reading, sees_amounts
from apps.messaging.services.papers.frame import fact, facts
from apps.messaging.services.papers.letters import day, letter, money, table, total

if TYPE_CHECKING:
    from apps.accounts.models import User

KEY = "statement"
MOST = 5_000  # lines on one paper


def statement_key(account: Account, start: date, end: date) -> str:
    """How a statement of this account and period is asked for; its record is the dealer."""
    return f"{KEY}:{account.key}:{start.isoformat()}:{end.isoformat()}"


def build(user: User, record_id: int, language: str) -> dict[str, Any]:
    """Of the dealer's first account, for the last three months. Raises Http404."""
    return build_part(user, record_id, language, "")


def build_part(user: User, record_id: int, language: str, part: str) -> dict[str, Any]:
    """`part` is what follows the sign in `statement_key`. Raises Http404, OperationFailed for too many lines."""
    with reading(user):
        dealer = Dealer.objects.visible_to(user).filter(pk=record_id).first()
        if dealer is None or not sees_amounts(user):
            raise Http404
        account, start, end = _asked(dealer, part)
        lines = settlements.lines_of(user, dealer.pk, account)
        found = settlements.statement(lines, account=account, start=start, end=end, most=MOST)
        if found.next_key:
            raise OperationFailed(_("There are more than 5,000 lines: choose a shorter time."))
        return _letter(dealer, account, found, start, end)


def _asked(dealer: Dealer, part: str) -> tuple[Account, date, date]:
    accounts = settlements.accounts_of(dealer.pk)
    today = localdate(clock.now())
    key, _sign, days = part.partition(":")
    account = next((each for each in accounts if each.key == key or not part), None)
    try:
        start, end = map(date.fromisoformat, days.split(":")) if part else (usual_start(today), today)
    except ValueError as error:
        raise Http404 from error
    if account is None or start > end:
        raise Http404
    return account, start, end


def _letter(dealer: Dealer, account: Account, found: Statement, start: date, end: date) -> dict[str, Any]:
    currency = account.currency
    amounts = [line.entry.amount for line in found.lines]
    charged = sum((each for each in amounts if each > 0), Decimal(0))
    opening = [day(start), _("Opening balance"), "", "", money(found.opening, currency)]
    after = [_("Please tell us if your books say otherwise.")]
    if account.announced:
        words = _("Compensations of %(amount)s are announced; accounting hasn't booked them, so they are not in it.")
        after.insert(0, words % {"amount": money(account.announced, currency)})
    return letter(
        _("Statement of settlements"),
        subtitle=f"{day(start)} – {day(end)}",
        to_title=_("To"),
        to=addressed_to(dealer),
        facts=facts(
            fact(_("Dealer"), dealer.code),
            fact(_("Plant"), account.plant.name),
            fact(_("Currency"), currency),
            fact(_("Data as of"), as_of_on_paper(account.plant.pk, "ledger")),
        ),
        before=[_("This is how your account with us stands.")],
        table=table(
            [_("Day"), _("What for"), _("Charged"), _("Paid"), _("Balance")],
            [opening, *(_row(line, currency) for line in found.lines)],
            from_right=2,
        ),
        totals=[
            total(_("Opening balance"), money(found.opening, currency)),
            total(_("Charged"), money(charged, currency)),
            total(_("Paid"), money(charged - sum(amounts, Decimal(0)), currency)),
            total(_("Closing balance"), money(found.closing, currency), strong=True),
        ],
        after=after,
    )


def _row(line: Line, currency: str) -> list[str]:
    entry = line.entry
    amount = money(abs(entry.amount), currency)
    charged, paid = (amount, "") if entry.amount > 0 else ("", amount)
    balance = "" if line.balance is None else money(line.balance, currency)
    return [day(entry.booked_on), _words(entry), charged, paid, balance]


def _words(entry: LedgerEntry) -> str:
    kind = str(entry.get_kind_display())
    if entry.reverses_id:
        kind = _("%(kind)s, taken back") % {"kind": kind}
    number = entry.order.number if entry.order else entry.order_key
    order = _("Order %(number)s") % {"number": number} if number else ""
    claim = _("Claim %(number)s") % {"number": entry.claim_number} if entry.claim_number else ""
    return "\n".join(filter(None, [", ".join(filter(None, [kind, order, claim, entry.client])), entry.text]))
