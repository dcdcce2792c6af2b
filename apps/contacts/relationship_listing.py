"""The list of relationships: who is tied to whom, how and since when."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import User
from apps.accounts.templatetags.formats import day
from apps.contacts.models import Entity, Participant, Relationship, RelationshipType
from apps.contacts.selectors.narrowing import narrow_by_words
from apps.core.listing import ChoiceFilter, Column, DateRangeFilter, Empty, Listing

KEY = "contacts.relationships"
SOURCE, TARGET = Participant.Side.SOURCE, Participant.Side.TARGET


def relationship_scope(user: User) -> QuerySet[Relationship]:
    """Those of which `user` sees somebody at either end."""
    seen = Participant.objects.filter(relationship=OuterRef("pk"), entity__in=Entity.objects.visible_to(user).live())
    return Relationship.objects.filter(Exists(seen.filter(side=SOURCE)), Exists(seen.filter(side=TARGET)))


def relationship_listing(user: User) -> Listing:
    visible = Entity.objects.visible_to(user).live()
    participants = Participant.objects.filter(entity__in=visible).select_related("entity").order_by("position", "pk")

    def fetch(queryset: QuerySet[Any]) -> Iterable[Any]:
        return queryset.select_related("type").prefetch_related(Prefetch("participants", participants, to_attr="seen"))

    def search(queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
        found = Participant.objects.filter(relationship=OuterRef("pk"), entity__in=narrow_by_words(visible, text))
        return queryset.filter(Exists(found))

    return Listing(
        key=KEY,
        columns=[
            Column("from", pgettext_lazy("relationship", "From"), lambda tie: _names(tie, SOURCE), fixed=True),
            Column("type", _("How"), _reading, sort=("type__name",)),
            Column("to", pgettext_lazy("relationship", "To"), lambda tie: _names(tie, TARGET)),
            Column("title", _("Job title or name"), _title),
            Column("since", _("Since"), lambda tie: day(tie.valid_from), sort=("valid_from",)),
            Column("until", _("Until"), lambda tie: day(tie.valid_to), sort=("valid_to",), default=False),
        ],
        default_sort="",
        filters=[
            ChoiceFilter(key="type", title=_("Type"), field="type", choices=_types),
            DateRangeFilter(key="since", title=_("Since"), field="valid_from"),
        ],
        search=search,
        search_label=_("Search by a name at either end"),
        fetch=fetch,
        empty=Empty(_("No relationships yet"), _("They are added on a contact's page."), "affiliate"),
        path=reverse("contacts:list_tab", args=["relationships"]),
    )


def _names(tie: Any, side: str) -> object:
    rows = [(reverse("contacts:entity", args=[p.entity_id]), p.entity.display_name) for p in tie.seen if p.side == side]
    return format_html_join(", ", '<a href="{}">{}</a>', rows)


def _reading(tie: Relationship) -> object:
    return tie.type.reading


def _title(tie: Any) -> object:
    titles = [p.job_title for p in tie.seen if p.job_title]
    return format_html("{}", ", ".join(filter(None, [tie.name, *titles])))


def _types() -> list[tuple[str, str]]:
    return [(str(each.pk), each.reading) for each in RelationshipType.objects.order_by("name", "pk")]
