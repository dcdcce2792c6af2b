"""Units: a place or department with its address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from apps.contacts.forms.conflicts import SeenFields
from apps.contacts.models import Unit
from apps.core.choosing import offer, offer_rows

ADDRESS = ("street", "house_number", "street2", "postcode", "city", "region", "country", "po_box")


def country_choices(favourites: list[str]) -> list[Any]:
    """ISO countries in the reader's language, the favourites first."""
    names = dict(countries)
    first = [(code, names[code]) for code in favourites if code in names][:5]
    rest = [(code, name) for code, name in countries]
    return [("", "—"), *first, *([(_("All countries"), rest)] if first else rest)]


class UnitFields(forms.Form):
    name = forms.CharField(label=_("Name of the place or department"), required=False, max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=Unit.Kind.choices)
    street = forms.CharField(label=_("Street"), required=False, max_length=400)
    house_number = forms.CharField(label=_("House number"), required=False, max_length=40)
    street2 = forms.CharField(label=_("Address, second line"), required=False, max_length=400)
    postcode = forms.CharField(label=_("Postcode"), required=False, max_length=40)
    city = forms.CharField(label=_("City"), required=False, max_length=200)
    region = forms.CharField(label=_("Region"), required=False, max_length=200)
    country = forms.ChoiceField(label=_("Country"), required=False, choices=lambda: country_choices([]))
    po_box = forms.CharField(label=_("P. O. box"), required=False, max_length=60)

    def __init__(self, *args: Any, favourites: list[str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "country", country_choices(favourites or []))

    def address(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("name", "kind", *ADDRESS)}


class UnitForm(SeenFields, UnitFields):
    """A unit on a page of its own, with its days and its place in the tree of departments."""

    time_zone = forms.CharField(label=_("Time zone"), required=False, max_length=60)
    parent = forms.ModelChoiceField(label=_("Part of"), required=False, queryset=Unit.objects.none())
    valid_from = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    valid_to = forms.DateField(
        label=_("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The first day on which it no longer holds."),
    )
    is_primary = forms.BooleanField(label=_("Main address, shown in lists"), required=False)

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "parent", units)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        start, end = cleaned.get("valid_from"), cleaned.get("valid_to")
        if start and end and end <= start:
            self.add_error("valid_to", _("It ends before it begins."))
        return cleaned
