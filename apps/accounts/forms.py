"""What people type about themselves, users and tokens."""

from __future__ import annotations

import importlib.resources
import re
import zoneinfo
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from apps.accounts.models import ROLES, Preferences
from apps.accounts.permissions import SCOPES

_REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
MOST_FAVOURITES = 5

ROLE_TITLES = {
    "admin": _("Administrator"),
    "manager": _("Manager"),
    "sales": _("Sales"),
    "claims": _("Claims"),
    "content": _("Content"),
    "finance": _("Finance"),
    "project": _("Projects"),
    "dealer": _("Dealer"),
    "guest": _("Guest"),
}
SCOPE_TITLES = {
    "contacts:read": _("Read contacts"),
    "contacts:write": _("Change contacts"),
    "activities:read": _("Read history and tasks"),
    "activities:write": _("Write history and tasks"),
    "calls:write": _("Tell of calls and leave voicemails"),
    "messages:read": _("Read mail"),
    "messages:write": _("Send mail by templates"),
    "claims:read": _("Read claims and decisions on them"),
    "orders:read": _("Read dealers, orders and shipments"),
    "ledger:read": _("Read settlements with dealers"),
    "groups:read": _("Read groups and what is said in them"),
    "groups:write": _("Write in groups"),
    "projects:read": _("Read projects"),
}


class Checks(forms.CheckboxSelectMultiple):
    def __init__(self, attrs: dict[str, Any] | None = None, choices: Any = ()) -> None:
        super().__init__({"class": "form-check-input", **(attrs or {})}, choices)


def role_title(name: str) -> Any:
    """A role in the reader's language; other groups are called what their maker called them."""
    return ROLE_TITLES.get(name, name)


class GroupsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not generic at run time
    def label_from_instance(self, obj: Group) -> str:
        return str(role_title(obj.name))


def group_choices() -> list[tuple[str, Any]]:
    """The built-in roles in their order, then the groups that administrators made."""
    names = set(Group.objects.values_list("name", flat=True))
    ordered = [name for name in ROLES if name in names] + sorted(names - set(ROLES))
    return [(name, role_title(name)) for name in ordered]


@cache
def _places() -> frozenset[str]:
    """The zones that the database names for some country; their old names are known, and not offered."""
    lines = importlib.resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8").splitlines()
    named = {line.split("\t")[2] for line in lines if not line.startswith("#")}
    return frozenset(named & zoneinfo.available_timezones())


def zone_choices(kept: str = "") -> list[tuple[str, Any]]:
    """The zones by region; `kept` is one that is offered in any case."""
    names = sorted(name for name in {*_places(), kept} if name.split("/")[0] in _REGIONS)
    groups: dict[str, list[tuple[str, str]]] = {}
    for name in names:
        region, _slash, place = name.partition("/")
        groups.setdefault(region, []).append((name, place.replace("_", " ")))
    default = gettext("The site's (%(name)s)") % {"name": settings.RAPPORT_TIME_ZONE}
    return [("", default), ("UTC", "UTC"), *groups.items()]


def country_choices() -> list[tuple[str, str]]:
    return [(code, name) for code, name in countries]


class PreferencesForm(forms.Form):
    """One group of preferences; `key` names it in the page and in what is posted."""

    key = ""
    title: Any = ""
    icon = ""
    reloads = False  # the whole page looks different afterwards
    for_staff = False  # of no use to dealers
    pickers: tuple[str, ...] = ()  # fields with so many choices that one wants to search them

    def __init__(self, data: Any = None, *, preferences: Preferences, **kwargs: Any) -> None:
        initial = {name: getattr(preferences, name) for name in self.base_fields}
        super().__init__(data, initial=initial, prefix=self.key, **kwargs)
        self.preferences = preferences
        self.prepare()

    def prepare(self) -> None:
        """Fill in choices that depend on language or user."""

    def choose(self, name: str, choices: Any) -> None:
        field = self.fields[name]
        if not isinstance(field, forms.ChoiceField):
            raise TypeError(name)
        field.choices = choices


class LanguageForm(PreferencesForm):
    key = "language"
    title = _("Language and formats")
    icon = "language"
    reloads = True

    language = forms.ChoiceField(label=_("Language"), required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)
    date_format = forms.ChoiceField(
        label=_("Dates"),
        required=False,
        choices=[("", _("As the language does")), ("dmy", "31.12.2026"), ("iso", "2026-12-31"), ("mdy", "12/31/2026")],
    )
    time_format = forms.ChoiceField(
        label=_("Times"),
        required=False,
        choices=[("", _("As the language does")), ("24", "18:30"), ("12", "6:30 PM")],
    )

    def prepare(self) -> None:
        own_names = {"en": "English", "uk": "Українська"}
        languages = [(code, own_names.get(code, name)) for code, name in settings.LANGUAGES]
        self.choose("language", [("", _("As the browser asks")), *languages])
        self.choose("time_zone", zone_choices(self.preferences.time_zone))


class LookForm(PreferencesForm):
    key = "look"
    title = _("Look")
    icon = "palette"
    reloads = True

    theme = forms.ChoiceField(
        label=_("Theme"), required=False, choices=[("", _("As the device")), ("light", _("Light")), ("dark", _("Dark"))]
    )
    page_size = forms.TypedChoiceField(
        label=_("Rows on a page"), coerce=int, choices=[(size, str(size)) for size in (25, 50, 100, 200)]
    )


class ContactsForm(PreferencesForm):
    key = "contacts"
    for_staff = True
    title = _("Contacts")
    icon = "address-book"
    pickers = ("favourite_countries",)

    contacts_tab = forms.ChoiceField(
        label=_("The list opens with"),
        required=False,
        choices=[
            ("", _("People")),
            ("organisations", _("Organisations")),
            ("relationships", _("Relationships")),
            ("activity", _("Activity")),
        ],
    )
    contacts_view = forms.TypedChoiceField(
        label=_("Saved view"), required=False, coerce=int, empty_value=None, choices=[("", _("None"))]
    )
    country = forms.ChoiceField(
        label=_("Country"), required=False, help_text=_("Numbers typed without a prefix are taken to be from there.")
    )
    favourite_countries = forms.MultipleChoiceField(
        label=_("Favourite countries"), required=False, help_text=_("Up to five; lists of countries begin with them.")
    )
    mail_program = forms.BooleanField(label=_("Mail addresses open my mail program"), required=False)

    def __init__(self, data: Any = None, *, views: list[tuple[int, str]], **kwargs: Any) -> None:
        self.views = views
        super().__init__(data, **kwargs)

    def prepare(self) -> None:
        named = country_choices()
        default = gettext("The site's (%(name)s)") % {"name": countries.name(settings.RAPPORT_COUNTRY)}
        self.choose("country", [("", default), *named])
        self.choose("favourite_countries", named)
        self.choose("contacts_view", [("", _("None")), *self.views])

    def clean_favourite_countries(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["favourite_countries"]
        if len(chosen) > MOST_FAVOURITES:
            raise ValidationError(_("Choose five at most."))
        return chosen


class PhoneForm(PreferencesForm):
    key = "phone"
    for_staff = True
    title = _("Telephone")
    icon = "phone"

    phone_pattern = forms.CharField(
        label=_("Pattern of numbers"),
        required=False,
        max_length=40,
        help_text=_("Each 0 stands for a digit, as in +00 (00) 000-00-00. Empty: as the number's country does."),
    )
    dialing_prefix = forms.CharField(
        label=_("Dialing prefix"),
        required=False,
        max_length=10,
        help_text=_("Dialed before every number: an exchange's 0, or a calling card's digits."),
    )

    def clean_phone_pattern(self) -> str:
        pattern: str = self.cleaned_data["phone_pattern"].strip()
        if pattern and not re.fullmatch(r"\+?[0 ()./-]*0[0 ()./-]*", pattern):
            raise ValidationError(_("A pattern is made of 0, +, brackets, spaces, dots, slashes and dashes."))
        return pattern

    def clean_dialing_prefix(self) -> str:
        prefix: str = self.cleaned_data["dialing_prefix"].strip()
        if prefix and not re.fullmatch(r"[0-9*#,;]+", prefix):
            raise ValidationError(_("A prefix is made of digits, *, # and commas for pauses."))
        return prefix


class HoursForm(PreferencesForm):
    key = "hours"
    for_staff = True
    title = _("Office hours")
    icon = "clock-hour-9"

    office_days = forms.TypedMultipleChoiceField(
        label=_("Days"),
        required=False,
        coerce=int,
        widget=Checks,
        choices=[
            (1, _("Monday")),
            (2, _("Tuesday")),
            (3, _("Wednesday")),
            (4, _("Thursday")),
            (5, _("Friday")),
            (6, _("Saturday")),
            (7, _("Sunday")),
        ],
    )
    office_hours_from = forms.TimeField(
        label=_("From"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    office_hours_to = forms.TimeField(
        label=_("To"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    office_pick = forms.ChoiceField(
        label=_("Offer first"),
        choices=[
            (Preferences.OfficeHoursPick.AUTO, _("Work in office hours, home outside")),
            (Preferences.OfficeHoursPick.WORK, _("Always work")),
            (Preferences.OfficeHoursPick.HOME, _("Always home")),
        ],
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("office_hours_from"), cleaned.get("office_hours_to")
        if bool(start) != bool(end):
            self.add_error("office_hours_to" if start else "office_hours_from", _("Give both ends, or none."))
        elif start and end and end <= start:
            self.add_error("office_hours_to", _("The end has to come after the start."))
        return cleaned


PREFERENCES_FORMS: tuple[type[PreferencesForm], ...] = (LanguageForm, LookForm, ContactsForm, PhoneForm, HoursForm)


class RolesForm(forms.Form):
    roles = forms.MultipleChoiceField(label=_("Roles and groups"), widget=Checks, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["roles"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = group_choices()


class UserForm(RolesForm):
    """A new user; they choose their password by the mail that is sent to them."""

    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    language = forms.ChoiceField(label=_("Language of the invitation"), choices=settings.LANGUAGES)

    field_order = ["name", "email", "language", "roles"]

    def clean_roles(self) -> list[str]:
        roles: list[str] = self.cleaned_data["roles"]
        if not roles:
            raise ValidationError(_("Choose at least one, else they may do nothing."))
        return roles


class NameForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail"), max_length=254, help_text=_("They sign in with it."))


class TokenForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("What will use it: a program, a device."))
    scopes = forms.MultipleChoiceField(
        label=pgettext_lazy("token", "May"), widget=Checks, choices=[(name, SCOPE_TITLES[name]) for name in SCOPES]
    )
    days = forms.TypedChoiceField(
        label=_("Expires"),
        coerce=int,
        initial=90,
        choices=[(30, _("in 30 days")), (90, _("in 90 days")), (365, _("in a year")), (0, _("never"))],
    )

    def expires_at(self, now: datetime) -> datetime | None:
        days: int = self.cleaned_data["days"]
        return now + timedelta(days=days) if days else None
