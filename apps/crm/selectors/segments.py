"""Whom a segment holds now, and what it asks in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.contacts.custom_columns import list_fields
from apps.contacts.listing import entity_listing, entity_scope
from apps.contacts.models import Entity
from apps.core.contributions import ChoiceGone
from apps.core.listing.letters import OTHER
from apps.core.listing.state import ListState, state_from_json
from apps.crm.permissions.campaigns import sees_segment

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.contacts.models.entities import EntityQuerySet
    from apps.core.listing import Listing
    from apps.crm.models import Segment

NEW = "new"  # the filter of what is new to the reader: their own matter, and another thing each day


@dataclass(frozen=True, slots=True)
class Part:
    """One condition: what is asked ("City"), and its answer ("Lviv")."""

    title: str
    text: str


def entities_of(segment: Segment) -> EntityQuerySet:
    """Whom it holds now, seen with the eyes of its owner; unordered.

    Nobody once they have left the house, or once a condition asks for what there is no longer.
    """
    try:
        return held_by(segment)
    except ChoiceGone:
        return Entity.objects.none()


def held_by(segment: Segment) -> EntityQuerySet:
    """The same, for who would take "nobody" for an answer. Raises ChoiceGone."""
    owner = segment.owner
    if not owner.is_active:
        raise ChoiceGone(_("Whoever saved the segment has left."))
    fields = list_fields()
    listing = entity_listing(owner, tab=segment.tab, fields=fields)
    if _is_wider(segment, listing):
        raise ChoiceGone(_("The segment asks for what there is no longer."))
    found = listing.matching(entity_scope(owner, segment.tab, fields), segment.query).order_by()
    return cast("EntityQuerySet", found)


def _is_wider(segment: Segment, listing: Listing) -> bool:
    """Without a condition that names what is gone, or its owner sees no more, it would hold more than anybody chose."""
    known = state_from_json(listing, segment.query).filters
    return bool(segment.query.get("filters", {}).keys() - known.keys())


def entities_seen(segment: Segment, user: User) -> EntityQuerySet:
    """Those of them that `user` sees too."""
    return entities_of(segment).filter(pk__in=Entity.objects.visible_to(user).order_by().values("pk"))


def kept_query(state: ListState) -> dict[str, object]:
    """What a segment keeps of the state of the list of contacts."""
    kept = state.as_json()
    filters = {key: values for key, values in kept.get("filters", {}).items() if key != NEW}
    wanted = {"q": kept.get("q", ""), "letter": kept.get("letter", ""), "filters": filters}
    return {name: value for name, value in wanted.items() if value}


def name_of(segment: Segment, user: User) -> str:
    """Its name, or no more than that it is another one's own."""
    return segment.name if sees_segment(user, segment) else _("a private segment")


def words_of(segment: Segment, user: User) -> list[Part]:
    """What it asks, as far as `user` may know: names of folders or categories they don't see aren't told.

    Nothing of a segment that isn't shared with them.
    """
    if not sees_segment(user, segment):
        return []
    listing = entity_listing(user, tab=segment.tab)
    state = state_from_json(listing, segment.query)
    tabs = {"people": _("People"), "organisations": _("Organisations")}
    parts = [Part(_("Contacts"), tabs.get(segment.tab, _("All")))]
    if state.q:
        parts.append(Part(_("Search"), state.q))
    if state.letter:
        parts.append(Part(_("First letter"), "#" if state.letter == OTHER else state.letter.upper()))
    for each in listing.filters:
        if values := state.filters.get(each.key):
            parts.append(Part(str(each.title), each.describe(values)))
    if segment.query.get("filters", {}).keys() - state.filters.keys():
        parts.append(Part(_("And"), _("something that you don’t see")))
    return parts


def list_url(segment: Segment) -> str:
    """The list of contacts, asked the same by whoever opens it."""
    kept = segment.query
    filters = {key: tuple(values) for key, values in kept.get("filters", {}).items()}
    state = ListState(q=kept.get("q", ""), letter=kept.get("letter", ""), filters=filters)
    return reverse("contacts:list_tab", args=[segment.tab]) + state.query()
