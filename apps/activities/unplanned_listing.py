"""The list of contacts with whom nothing is planned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.urls import reverse
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from apps.contacts.models import Entity
from apps.contacts.selectors.narrowing import narrow_by_words
from apps.core.listing import ChoiceFilter, Column, Empty, Listing, NewFilter, TextFilter
from apps.core.markup import fill, icon, record_url
from apps.core.text import fold

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from apps.accounts.models import User
    from apps.contacts.models.entities import EntityQuerySet

KEY = "activities.unplanned"


def unplanned_listing(user: User, whose: str = "mine") -> Listing:
    return Listing(
        key=KEY,
        columns=[
            Column("name", _("Name"), lambda entity: entity.display_name, sort=("sort_name",), fixed=True),
            Column("organisation", _("Organisation"), lambda entity: entity.organisation, sort=("organisation_key",)),
            Column("city", _("City"), lambda entity: entity.city, sort=("city_key",)),
            Column("phone", _("Phone"), lambda entity: entity.primary_phone, default=False),
        ],
        default_sort="name",
        filters=[
            ChoiceFilter(key="kind", title=_("Kind"), field="kind", choices=Entity.Kind.choices),
            TextFilter(key="city", title=_("City"), narrow=_in_city),
            NewFilter(user=user, list_key=KEY, at="modified_at", by="modified_by"),
        ],
        search=_search,
        search_label=_("Search contacts"),
        fetch=lambda queryset: queryset.defer("search_text", "notes"),
        letters="sort_name",
        row_url=lambda entity: record_url("contacts:entity", entity.pk),
        row_actions=_plan,
        empty=Empty(
            _("Everybody has a next step"), _("Contacts without an open task or meeting stand here."), "checks"
        ),
        path=reverse("activities:unplanned") if whose == "mine" else reverse("activities:unplanned_all"),
    )


def _plan(entity: Entity) -> object:
    words = translated("Plan a task with %(name)s") % {"name": entity.display_name}
    url = f"{reverse('activities:task_create')}?entity={entity.pk}"
    return fill(
        '<a class="btn btn--plain" href="{}" data-sheet aria-label="{}">{}{}</a>',
        *(url, words, icon("checkbox"), translated("Plan a task")),
    )


def _in_city(queryset: QuerySet[Any], values: tuple[str, ...]) -> QuerySet[Any]:
    return queryset.filter(city_key__startswith=fold(values[0]))


def _search(queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
    return narrow_by_words(cast("EntityQuerySet", queryset), text)
