"""Numbers, addresses and faces of contacts on pages."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote, urlencode

from django import template
from django.urls import reverse
from django.utils.translation import get_language
from django_countries import countries

from apps.accounts.preferences import current_preferences
from apps.contacts.models import Entity, PhoneNumber, Unit
from apps.contacts.phones import dial_address, show_number
from apps.core.contributions import composers

register = template.Library()


@register.filter
def number(value: PhoneNumber | str) -> str:
    """A phone for reading, in the reader's format."""
    if isinstance(value, PhoneNumber):
        return show_number(value.e164 or value.raw, current_preferences(), extension=value.extension)
    return show_number(value, current_preferences())


@register.filter
def dial(value: PhoneNumber | str) -> str:
    """The `tel:` address of a phone."""
    if isinstance(value, PhoneNumber):
        return dial_address(value.e164 or value.raw, current_preferences(), extension=value.extension)
    return dial_address(value, current_preferences())


@register.filter
def mailto(address: str) -> str:
    """Where the reader writes to this address: in the house, else by their own mail program."""
    preferences = current_preferences()
    written = (compose(preferences, address) for compose in composers)
    return next(filter(None, written), "") or "mailto:" + quote(address, safe="@+._-")


@register.filter
def country_name(code: str) -> str:
    return _country_name(code, get_language()) if code else ""


@lru_cache(maxsize=1024)
def _country_name(code: str, _language: str | None) -> str:
    return str(countries.name(code))  # in the active language; looks all of them through


@register.filter
def address_line(unit: Unit) -> str:
    """A unit's address in one line, for the map service and for reading."""
    return ", ".join(address_parts(unit))


@register.filter
def address_parts(unit: Unit) -> list[str]:
    """A unit's address, line by line; empty where it has none."""
    street = " ".join(filter(None, [unit.street, unit.house_number]))
    city = " ".join(filter(None, [unit.postcode, unit.city]))
    country = country_name(unit.country) or unit.country_name
    return [part for part in (unit.po_box, street, unit.street2, city, unit.region, country) if part]


@register.filter
def map_url(unit: Unit) -> str:
    """Where the address opens in a map service; nothing is fetched from there by us."""
    return "https://www.openstreetmap.org/search?" + urlencode({"query": address_line(unit)})


@register.filter
def photo_of(entity: Entity) -> str:
    """The address of the entity's own photo, or ""."""
    return reverse("contacts:photo", args=[entity.pk]) if entity.photo_id else ""


@register.filter
def web_url(url: str) -> str:
    """A link's address where a click on it is harmless, else ""."""
    return url if url.lower().startswith(("http://", "https://", "mailto:", "tel:", "xmpp:", "sip:", "skype:")) else ""
