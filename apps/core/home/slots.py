"""Which cards stand on somebody's Home: their own choice, else those of their roles.

A slot is the word under which a card is kept: a card's key ("tasks.due"), or a report with what is asked of it
("report:activity?by=person&period=this_month").
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.contributions import home_cards, reports, roles_of, works_in_house
from apps.core.home import HomeCard
from apps.core.models import HomeLayout
from apps.core.reports.asked import Asked, read_asked
from apps.core.reports.periods import PRESETS, USUAL

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.core.listing.columns import Words

MOST = 40  # cards
LONGEST = 500
_REPORT = "report:"


@dataclass(frozen=True, slots=True)
class Slot:
    """`card` or `report_key` is what stands in it."""

    key: str
    title: Words
    icon: str
    card: HomeCard | None = None
    report_key: str = ""
    query: str = ""

    @property
    def url(self) -> str:
        return f"{reverse('core:home_card')}?{urlencode({'slot': self.key})}"

    @property
    def page_url(self) -> str:
        """Of a report: its page with the same figures."""
        return f"{reverse('core:report', args=[self.report_key])}?{self.query}" if self.report_key else ""

    @property
    def about(self) -> str:
        """Of a report: what it is grouped by and the days that it counts, in words."""
        report, query = reports.get(self.report_key), QueryDict(self.query)
        if report is None:
            return ""
        by = next((each for each in report.dimensions if each.key == query.get("by")), report.dimensions[0])
        return f"{by.title} · {PRESETS.get(query.get('period', USUAL), _('From day to day'))}"

    def asked(self, user: User) -> Asked | None:
        report = reports.get(self.report_key)
        today = clock.company_day(clock.now())
        return read_asked(report, QueryDict(self.query), user, today) if report else None


def report_slot(key: str, asked: Asked) -> str:
    return f"{_REPORT}{key}?{asked.query()}"


def slot_of(user: User, key: str) -> Slot | None:
    """None for what there is not, or not for this user."""
    if len(key) > LONGEST or not works_in_house(user):
        return None
    if not key.startswith(_REPORT):
        card = home_cards.get(key)
        return Slot(key, card.title, card.icon, card=card) if card and card.may_have(user) else None
    name, _sign, query = key.removeprefix(_REPORT).partition("?")
    report = reports.get(name)
    return Slot(key, report.title, report.icon, None, name, query) if report and report.may_see(user) else None


def slots_of(user: User) -> list[Slot]:
    """In their order; one question."""
    chosen = HomeLayout.objects.filter(user=user.pk).values_list("slots", flat=True).first()
    return usual_slots(user) if chosen is None else list(known_slots(user, chosen))


def usual_slots(user: User) -> list[Slot]:
    """Those of the user's roles: first what waits, then figures."""
    roles = set(roles_of(user))
    cards = [key for key, card in home_cards.items() if not roles.isdisjoint(card.roles)]
    counted = [f"{_REPORT}{key}?{report.home_query}" for key, report in reports.items() if roles & set(report.home_of)]
    return list(known_slots(user, [*cards, *counted]))


def offered_slots(user: User, beside: Iterable[Slot]) -> list[Slot]:
    """All others that may be chosen: cards, and each report as it stands by itself."""
    there = {slot.key for slot in beside}
    shown = {slot.report_key for slot in beside if slot.report_key}
    keys = [key for key, _card in home_cards.items() if key not in there]
    keys += [f"{_REPORT}{key}?{report.home_query}" for key, report in reports.items() if key not in shown]
    return list(known_slots(user, keys))


def known_slots(user: User, keys: Iterable[str]) -> Iterable[Slot]:
    for key in list(dict.fromkeys(keys))[:MOST]:
        if found := slot_of(user, key):
            yield found
