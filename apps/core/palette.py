"""Colours and icons that people choose from in settings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

# The names of the status component's colours.
COLOURS: list[tuple[str, Any]] = [
    ("", _("Grey")),
    ("blue", _("Blue")),
    ("green", _("Green")),
    ("yellow", _("Yellow")),
    ("orange", _("Orange")),
    ("red", _("Red")),
    ("purple", _("Purple")),
    ("teal", _("Teal")),
]

# Names of Tabler's icons, with words for people.
ICONS: list[tuple[str, Any]] = [
    ("", _("No icon")),
    ("check", _("Tick")),
    ("x", _("Cross")),
    ("star", _("Star")),
    ("heart", _("Heart")),
    ("flag", _("Flag")),
    ("flame", _("Flame")),
    ("bolt", _("Lightning")),
    ("snowflake", _("Snowflake")),
    ("sun", _("Sun")),
    ("leaf", _("Leaf")),
    ("crown", _("Crown")),
    ("diamond", _("Diamond")),
    ("thumb-up", _("Thumb up")),
    ("thumb-down", _("Thumb down")),
    ("alert-triangle", _("Warning sign")),
    ("lock", _("Lock")),
    ("eye", _("Eye")),
    ("clock", _("Clock")),
    ("calendar", _("Calendar")),
    ("phone", _("Phone")),
    ("mail", _("Letter")),
    ("world", _("Globe")),
    ("map-pin", _("Pin on a map")),
    ("home", _("House")),
    ("building", _("Building")),
    ("building-factory", _("Factory")),
    ("user", _("Person")),
    ("users", _("People")),
    ("truck", _("Truck")),
    ("tools", _("Tools")),
    ("window", _("Window")),
    ("door", _("Door")),
    ("package", _("Package")),
    ("currency-euro", _("Euro")),
    ("percentage", _("Percent")),
]


def colour_field(**kwargs: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=_("Colour"), required=False, choices=COLOURS, **kwargs)
