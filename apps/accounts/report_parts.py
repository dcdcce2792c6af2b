"""What reports of any app group and narrow by: people, and the teams that they were in at the time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import OUTSIDE_ROLES, Team, TeamMembership, User
from apps.accounts.permissions import roles_of
from apps.core.listing.columns import Words
from apps.core.reports import Dimension, Narrowing, company_zone

if TYPE_CHECKING:
    from collections.abc import Sequence

PERSON = _("Person")
_LONGEST_ID = 18


def by_person(field: str, *, key: str = "person", title: Words = PERSON, of_many: bool = False) -> Dimension:
    return Dimension(
        key=key, title=title, expression=F(field), names=names_of_users, nothing=_("Nobody"), of_many=of_many
    )


def of_person(field: str, *, key: str = "user", title: Words = PERSON) -> Narrowing:
    """Narrow to one person, found by a picker among however many."""
    return Narrowing(
        key=key,
        title=title,
        narrow=lambda found, value: found.filter(**{field: int(value)}),
        pick_url_name="accounts:user_pick",
        title_of=name_of_user,
    )


def of_team(field: str, at: str, *, moments: bool = True) -> Narrowing:
    """Of people who were in the team on the day of `at`, a moment or a day of the row."""

    def narrow(found: QuerySet[Any], value: str) -> QuerySet[Any]:
        day: Any = TruncDate(at, tzinfo=company_zone()) if moments else F(at)
        then = TeamMembership.objects.filter(
            team=int(value), user=OuterRef(field), valid_from__lte=OuterRef("report_day")
        )
        then = then.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=OuterRef("report_day")))
        with_day: QuerySet[Any] = found.alias(report_day=day)
        return with_day.filter(Exists(then))

    return Narrowing(key="team", title=_("Team"), choices=_teams, narrow=narrow)


def names_of_users(keys: Collection[Any]) -> Mapping[Any, Any]:
    return {user.pk: str(user) for user in User.objects.filter(pk__in=keys)}


def name_of_user(value: str) -> str:
    """Of whoever works in the house, or did; "" for others, and for what is no id."""
    if not value.isdecimal() or len(value) > _LONGEST_ID:
        return ""
    user = User.objects.filter(pk=int(value)).first()
    return str(user) if user and roles_of(user).isdisjoint(OUTSIDE_ROLES) else ""


def _teams(_user: User) -> Sequence[tuple[str, str]]:
    return [(str(team.pk), team.name) for team in Team.objects.order_by("name")]
