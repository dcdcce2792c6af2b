"""Contacts in the Ctrl-K box: rows to open, call and mail; before typing, favourites and what was seen last."""

from __future__ import annotations

from django.urls import reverse

from apps.accounts.models import User
from apps.accounts.permissions import is_staff_member
from apps.accounts.preferences import preferences_of
from apps.contacts.models import Entity, Favourite, Recent
from apps.contacts.phones import dial_address, show_number
from apps.contacts.selectors.search import find_contacts, guess_contacts
from apps.contacts.templatetags.contacts import mailto
from apps.core.contributions import SearchHit, record_actions


def find(user: User, text: str, limit: int) -> list[SearchHit]:
    """The first answer: beginnings of words, parts of numbers."""
    if not is_staff_member(user):
        return []
    return _hits(user, find_contacts(user, text, limit) if text else _before_typing(user, limit))


def guess(user: User, text: str, limit: int) -> list[SearchHit]:
    """The second answer: what is much like it."""
    return _hits(user, guess_contacts(user, text, limit)) if is_staff_member(user) else []


def _before_typing(user: User, limit: int) -> list[Entity]:
    seen = Recent.objects.filter(user=user).order_by("-seen_at").values_list("entity_id", flat=True)[:limit]
    kept = Favourite.objects.filter(user=user).order_by("-pk").values_list("entity_id", flat=True)[:limit]
    ids = list(dict.fromkeys([*seen, *kept]))[:limit]
    found = {entity.pk: entity for entity in Entity.objects.visible_to(user).live().filter(pk__in=ids)}
    return [found[pk] for pk in ids if pk in found]


def _hits(user: User, entities: list[Entity]) -> list[SearchHit]:
    preferences = preferences_of(user)
    offered = [action for action in record_actions if action.page == "contact" and action.in_search]
    return [
        SearchHit(
            title=entity.display_name,
            url=reverse("contacts:entity", args=[entity.pk]),
            subtitle=" · ".join(filter(None, [entity.job_title, entity.organisation or entity.city])),
            icon="building" if entity.is_organisation else "user",
            call=dial_address(entity.primary_phone, preferences) if entity.primary_phone else "",
            phone=show_number(entity.primary_phone, preferences) if entity.primary_phone else "",
            mail=mailto(entity.primary_email) if entity.primary_email else "",
            email=entity.primary_email,
            actions=tuple((action, action.url(entity.pk)) for action in offered),
        )
        for entity in entities
    ]
