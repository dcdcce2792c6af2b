"""Whom a rule may give something to: "user:7", "team:7", "least:7" (who of the team has the fewest contacts)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.accounts.models import Team, TeamMembership, User
from apps.accounts.selectors import staff_users
from apps.crm.models.assignments import valid_on
from apps.crm.selectors.in_charge import absent_on, stand_in_for
from apps.crm.selectors.team_pages import contacts_in_charge

Choices = list[tuple[str, str]]

_read: ContextVar[dict[str, Choices] | None] = ContextVar("takers_read", default=None)


@contextmanager
def read_once() -> Iterator[None]:
    """Within it colleagues and teams are read once, however many fields offer them."""
    token = _read.set({})
    try:
        yield
    finally:
        _read.reset(token)


def taker_choices(*, by_load: bool = False) -> Choices:
    """Colleagues, then teams; `by_load`: teams once more, for their least laden member."""
    kept = _read.get()
    read = kept if kept is not None else {}
    if not read:
        read["people"] = [(f"user:{user.pk}", str(user)) for user in staff_users()]
        teams = Team.objects.filter(retired_at=None).order_by("name", "pk")
        read["teams"] = [(str(team.pk), str(team)) for team in teams]
    chosen = [*read["people"], *((f"team:{pk}", name) for pk, name in read["teams"])]
    if by_load:
        fewest = _("Who of %(team)s has the fewest contacts")
        chosen += [(f"least:{pk}", fewest % {"team": name}) for pk, name in read["teams"]]
    return chosen


def taker(value: str, *, on: date) -> tuple[User | None, Team | None]:
    """Never somebody absent or gone: their stand-in, or nobody, and then ValidationError is raised."""
    kind, _colon, key = value.partition(":")
    if kind == "user":
        user = staff_users().filter(pk=key).first()
        there = stand_in_for(user, on) if user is not None else None
        if there is None or not staff_users().filter(pk=there.pk).exists():
            raise ValidationError(_("Nobody of them is there."))
        return there, None
    team = Team.objects.filter(pk=key, retired_at=None).first()
    if team is None:
        raise ValidationError(_("This team takes nothing new."))
    return (None, team) if kind == "team" else (_least_laden(team, on), None)


def _least_laden(team: Team, on: date) -> User:
    """The members' rows are held, so that of two workers the second counts what the first one gave."""
    staff = staff_users().order_by().values("pk")
    members = TeamMembership.objects.filter(valid_on(on), team=team, user__in=staff)
    rows = members.exclude(user__in=absent_on(on)).order_by("valid_from", "pk")
    Team.objects.select_for_update(no_key=True).get(pk=team.pk)
    people = list(dict.fromkeys(rows.values_list("user", flat=True)))
    if not people:
        raise ValidationError(_("Nobody of them is there."))
    load = contacts_in_charge(people, on=on)
    return User.objects.get(pk=min(people, key=lambda pk: load.get(pk, 0)))
