"""What rules ask of a contact."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.contacts.models import Category, Entity, EntityCategory, Folder
from apps.core.pickers import ChoicesPicker
from apps.crm.models import Assignment, EntityPersona, Persona
from apps.crm.models.assignments import valid_on
from apps.crm.rules.registry import RuleCondition, conditions
from apps.crm.rules.takers import taker_choices

Choices = list[tuple[str, str]]


class SeveralWords(forms.CharField):
    """Words set apart by commas, as a list."""

    def clean(self, value: Any) -> list[str]:
        return [word for each in str(super().clean(value) or "").split(",") if (word := each.strip())]

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value


def register() -> None:
    """Called once, when the app is ready."""
    entries: list[tuple[str, Any, Callable[[], Choices] | None, Callable[[Any, Collection[int], date], set[int]]]] = [
        ("persona", _("If a"), _personas, _of_persona),
        ("category", _("If of the category"), _categories, _of_category),
        ("folder", _("If in the folder"), _folders, _in_folder),
        ("country", _("If from the country"), None, _from_country),
        ("language", _("If the language is"), None, _of_language),
        ("in_charge", _("If in charge is"), _in_charge_choices, _in_charge),
        ("name", _("If the name contains"), None, _named),
    ]
    for key, label, choices, fits in entries:
        conditions.register(key, RuleCondition(field=_field(label, choices), fits=fits))


def _field(label: Any, choices: Callable[[], Choices] | None) -> Callable[[], forms.Field]:
    def make() -> forms.Field:
        if choices is None:
            return SeveralWords(label=label, max_length=300, required=False, help_text=_("Several: by commas."))
        return forms.MultipleChoiceField(label=label, choices=choices, required=False, widget=ChoicesPicker)

    return make


def _personas() -> Choices:
    return [(str(one.pk), one.title) for one in Persona.objects.offered().order_by("position", "pk")]


def _categories() -> Choices:
    return [(str(one.pk), one.name) for one in Category.objects.order_by("name", "pk")]


def _folders() -> Choices:
    rows = Folder.objects.exclude(kind="personal").order_by("position", "name", "pk")
    return [(str(one.pk), one.title) for one in rows]


def _in_charge_choices() -> Choices:
    return [("nobody", str(_("Nobody"))), *taker_choices()]


def _of_persona(value: Any, ids: Collection[int], on: date) -> set[int]:
    rows = EntityPersona.objects.filter(entity__in=ids, persona=value).valid_on(on)
    return set(rows.values_list("entity", flat=True))


def _of_category(value: Any, ids: Collection[int], _on: date) -> set[int]:
    return set(EntityCategory.objects.filter(entity__in=ids, category=value).values_list("entity", flat=True))


def _in_folder(value: Any, ids: Collection[int], _on: date) -> set[int]:
    return _where(ids, folder=value)


def _from_country(value: Any, ids: Collection[int], _on: date) -> set[int]:
    return _where(ids, country__iexact=value)


def _of_language(value: Any, ids: Collection[int], _on: date) -> set[int]:
    return _where(ids, language__istartswith=value)


def _named(value: Any, ids: Collection[int], _on: date) -> set[int]:
    return _where(ids, display_name__icontains=value)


def _in_charge(value: Any, ids: Collection[int], on: date) -> set[int]:
    rows = Assignment.objects.filter(valid_on(on), entity__in=ids, purpose="account")
    if value == "nobody":
        return set(ids) - set(rows.values_list("entity", flat=True))
    kind, _colon, key = str(value).partition(":")
    theirs = Q(team=key) if kind == "team" else Q(user=key)
    return set(rows.filter(theirs).values_list("entity", flat=True))


def _where(ids: Collection[int], **wanted: Any) -> set[int]:
    return set(Entity.objects.filter(pk__in=ids, **wanted).values_list("pk", flat=True))
