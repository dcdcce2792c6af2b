"""Hand-overs as people read them: notices, who stands in for whom today, figures for reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.accounts.formatting import date_text
from apps.accounts.models import User
from apps.accounts.permissions import is_staff_member
from apps.accounts.preferences import preferences_of
from apps.activities.models import ActivityEntity, TaskAssignee
from apps.core import clock
from apps.core.clock import company_day
from apps.crm.models import Absence, Assignment, HandOver
from apps.crm.models.assignments import valid_on
from apps.crm.selectors.stand_ins import lent_to

if TYPE_CHECKING:
    from apps.activities.models import Notice
    from apps.crm.models.hand_overs import HandOverQuerySet

Layer = Assignment.Layer
Lines = dict[int, tuple[str, str, str, str]]
_WORDS = {
    "hand_over.begun": gettext_lazy("%(from)s hands contacts over to %(to)s"),
    "hand_over.stand_in_begun": gettext_lazy("%(to)s stands in for %(from)s until %(until)s"),
    "hand_over.returned": gettext_lazy("The contacts are back with %(from)s; %(to)s stood in"),
    "hand_over.undone": gettext_lazy("Taken back: contacts of %(from)s handed over to %(to)s"),
}


@dataclass(frozen=True, slots=True)
class StandingIn:
    """Whom one stands in for today, and how much of it; `until` is the first day they are back."""

    user: User
    until: date
    contacts: int
    due: int  # open tasks of theirs about these contacts, due today or before
    hand_over_id: int | None  # the latest one with a dossier


@dataclass(frozen=True, slots=True)
class HandOverFigure:
    """Of one line of the report: how many hand-overs, and how many contacts they have."""

    hand_overs: int
    contacts: int


def hand_overs_seen(user: User) -> HandOverQuerySet:
    """For notices; a dealer's people are told of none, and their database role reads none."""
    if not is_staff_member(user):
        return HandOver.objects.none()
    return HandOver.objects.visible_to(user, on=company_day(clock.now()))


def portfolio_of(user: User, *, on: date) -> list[int]:
    """Ids of the contacts that `user` is in charge of by themselves, stood in for or not, in the trash or not.

    Without a join, which goes wrong where the planner knows nothing of so many new rows yet.
    """
    held = Assignment.objects.filter(valid_on(on), user=user, layer=Layer.BASE, purpose="account")
    return sorted(held.order_by().values_list("entity_id", flat=True))


def standing_in(user: User, *, on: date) -> list[StandingIn]:
    """For Home: by whom one stands in for, those back soonest first."""
    found = {each.from_user_id: each for each in lent_to(user, on=on) if each.from_user_id is not None}
    away = dict(Absence.objects.on(on).filter(stand_in=user).values_list("user", "ends_on"))
    rows = []
    for giver in _users({*found, *away}):
        hand_over = found.get(giver.pk)
        contacts = _stood_in(user, giver, on)
        until = hand_over.until if hand_over else away[giver.pk]
        dossier = hand_over.hand_over_id if hand_over else None
        rows.append(StandingIn(giver, until, contacts.count(), _due(giver, contacts, on), dossier))
    return sorted(rows, key=lambda row: (row.until, row.user.pk))


def hand_over_figures(hand_overs: HandOverQuerySet, *, first: date, last: date) -> HandOverFigure:
    """Of the rows that `standing().in_period(first, last)` lists: a report counts exactly these."""
    rows = in_period(hand_overs, first=first, last=last)
    contacts = rows.aggregate(all=Count("items"))["all"]
    return HandOverFigure(rows.count(), contacts)


def in_period(hand_overs: HandOverQuerySet, *, first: date, last: date) -> HandOverQuerySet:
    """Those that took place and begin on one of these days, both included."""
    return hand_overs.standing().filter(starts_on__gte=first, starts_on__lte=last)


def with_counts(hand_overs: QuerySet[HandOver]) -> QuerySet[HandOver]:
    confirmed = Count("items", filter=Q(items__confirmed_at__isnull=False))
    return hand_overs.annotate(all_count=Count("items"), confirmed_count=confirmed)


def notice_lines(user: User, notices: Sequence[Notice]) -> Lines:
    """What notices about hand-overs say, by their id."""
    seen = hand_overs_seen(user).filter(pk__in={each.record_id for each in notices})
    found = {each.pk: each for each in seen.select_related("from_user", "to_user", "to_team")}
    lines: Lines = {}
    for each in notices:
        hand_over = found.get(each.record_id or 0)
        if hand_over is None or each.verb not in _WORDS:
            continue
        names = {
            "from": hand_over.from_user or _("several"),
            "to": hand_over.to_user or hand_over.to_team,
            "until": date_text(preferences_of(user), hand_over.until, weekday=True) if hand_over.until else "",
        }
        count = ngettext("%(count)s contact", "%(count)s contacts", each.count) % {"count": each.count}
        url = reverse("crm:hand_over", args=[hand_over.pk])
        lines[each.pk] = ("transfer", str(_WORDS[each.verb]) % names, count, url)
    return lines


def _users(ids: set[int | None]) -> QuerySet[User]:
    return User.objects.filter(pk__in=[pk for pk in ids if pk is not None]).order_by("pk")


def _stood_in(user: User, giver: User, on: date) -> QuerySet[Assignment, int]:
    """Ids of the giver's contacts that `user` has as a stand-in that day."""
    held = Assignment.objects.filter(valid_on(on), purpose="account")
    mine = held.filter(user=user, layer=Layer.STAND_IN).values("entity")
    return held.filter(user=giver, layer=Layer.BASE, entity__in=mine).values_list("entity", flat=True)


def _due(giver: User, contacts: QuerySet[Assignment, int], on: date) -> int:
    about = ActivityEntity.objects.filter(entity__in=contacts, via_employer=False).values("activity")
    held = TaskAssignee.objects.filter(user=giver, is_over=False, task__in=about, task__shown_on__lte=on)
    return held.filter(task__activity__removed_at=None, task__activity__visibility="public").count()
