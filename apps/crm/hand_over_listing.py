"""The list of hand-overs: from whom, to whom, how many, until when, how much of it was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from apps.accounts.models import Team, TeamMembership, User
from apps.accounts.templatetags.formats import day
from apps.core.listing import ChoiceFilter, Column, DateRangeFilter, Empty, Listing, RecordFilter, YesNoFilter
from apps.core.markup import record_url
from apps.crm.models import HandOver
from apps.crm.selectors.hand_overs import with_counts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apps.core.listing.filters import Choices, Values

KEY = "crm.hand_overs"


def hand_over_listing() -> Listing:
    """The same for all; which rows are there is the scope's matter."""
    return Listing(
        key=KEY,
        columns=_COLUMNS,
        default_sort="-made",
        filters=[
            RecordFilter(
                key="person",
                title=gettext_lazy("Person"),
                narrow=_of_person,
                pick_url=reverse("accounts:user_pick"),
                titles=_users,
            ),
            ChoiceFilter(key="team", title=gettext_lazy("Team"), narrow=_of_team, choices=_teams),
            DateRangeFilter(key="starts", title=pgettext_lazy("hand-over", "Begins"), field="starts_on"),
            YesNoFilter(key="standing", title=gettext_lazy("Took place"), narrow=_standing),
        ],
        search=lambda queryset, text: queryset.filter(note__icontains=text),
        search_label=gettext_lazy("Note"),
        fetch=lambda queryset: with_counts(queryset).select_related("from_user", "to_user", "to_team", "operation"),
        row_url=lambda each: record_url("crm:hand_over", each.pk),
        row_label=str,
        empty=Empty(
            gettext_lazy("No hand-overs"), gettext_lazy("Who handed which contacts to whom stands here."), "transfer"
        ),
        path=reverse("crm:hand_over_list"),
    )


def _of_person(queryset: QuerySet[HandOver], values: Values) -> QuerySet[HandOver]:
    ids = list(map(int, values))
    return queryset.filter(Q(from_user__in=ids) | Q(to_user__in=ids))


def _of_team(queryset: QuerySet[HandOver], values: Values) -> QuerySet[HandOver]:
    return of_team_then(queryset, list(map(int, values)))


def of_team_then(found: QuerySet[Any], teams: Sequence[int], *, path: str = "") -> QuerySet[Any]:
    """To the team itself, or from or to somebody who was in it when it began; `path` leads to the hand-over."""
    start = OuterRef(f"{path}starts_on")
    then = TeamMembership.objects.filter(team__in=teams, valid_from__lte=start)
    then = then.filter(Q(valid_to=None) | Q(valid_to__gt=start))
    giver, taker = (Q(Exists(then.filter(user=OuterRef(f"{path}{end}")))) for end in ("from_user", "to_user"))
    return found.filter(giver | taker | Q(**{f"{path}to_team__in": teams}))


def _standing(queryset: QuerySet[HandOver], values: Values) -> QuerySet[HandOver]:
    return queryset.filter(done_at__isnull=values[0] != "yes")


def _teams() -> Choices:
    return [(str(team.pk), team.name) for team in Team.objects.order_by("name")]


def _users(values: Values) -> Choices:
    return [(str(user.pk), str(user)) for user in User.objects.filter(pk__in=list(map(int, values)))]


def _until(each: Any) -> object:
    return day(each.until) if each.until else _("for good")


def _confirmed(each: Any) -> str:
    if each.done_at is None:
        return _("at work") if each.operation and each.operation.finished_at is None else _("undone")
    return _("%(some)s of %(all)s") % {"some": each.confirmed_count, "all": each.all_count}


_COLUMNS = [
    Column("from", gettext_lazy("From whom"), lambda each: each.from_user or _("several"), fixed=True),
    Column("to", gettext_lazy("To whom"), lambda each: each.to_user or each.to_team),
    Column("count", gettext_lazy("Contacts"), lambda each: each.all_count, numeric=True),
    Column("starts", pgettext_lazy("hand-over", "Begins"), lambda each: day(each.starts_on), sort=("starts_on",)),
    Column("until", gettext_lazy("Until"), _until),
    Column("read", gettext_lazy("Read"), _confirmed),
    Column("note", gettext_lazy("Note"), lambda each: each.note),
    Column("made", gettext_lazy("Made"), lambda each: day(each.made_at), sort=("made_at",)),
]
