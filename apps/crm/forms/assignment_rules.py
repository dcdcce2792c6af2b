"""Rules that assign new contacts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Team
from apps.accounts.permissions import STAFF_ROLES
from apps.contacts.models import Category, Folder
from apps.core.choosing import offer, offer_rows
from apps.crm.forms.people import StaffField
from apps.crm.models import AssignmentRule, Persona
from apps.crm.services.assignment_rules import FIELDS

SOURCES = [
    ("", _("any")),
    ("form", _("typed in")),
    ("import", _("imported")),
    ("mail", _("a mail")),
    ("api", _("a program")),
]


class RuleForm(forms.Form):
    """Empty conditions fit all."""

    name = forms.CharField(label=_("Name"), max_length=100)
    position = forms.IntegerField(label=_("Asked as number"), min_value=0, max_value=999, initial=10)
    country = forms.CharField(label=_("If from the country"), max_length=2, required=False, help_text=_("As UA or DE."))
    folder = forms.ModelChoiceField(
        label=_("If in the folder"), queryset=Folder.objects.none(), required=False, empty_label=_("any")
    )
    category = forms.ModelChoiceField(
        label=_("If of the category"), queryset=Category.objects.none(), required=False, empty_label=_("any")
    )
    persona = forms.ModelChoiceField(
        label=_("If a"), queryset=Persona.objects.none(), required=False, empty_label=_("anything")
    )
    source = forms.ChoiceField(label=_("If it came by"), required=False)
    how = forms.ChoiceField(label=_("Then give it to"), choices=AssignmentRule.How.choices)
    user = StaffField(label=_("Person"), required=False, empty_label=_("nobody"))
    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.none(), required=False, empty_label=_("none"))
    is_active = forms.BooleanField(label=_("In force"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["user"]
        field.offer(STAFF_ROLES)
        offer(self, "source", SOURCES)
        offer_rows(self, "folder", Folder.objects.exclude(kind="personal").order_by("position", "name", "pk"))
        offer_rows(self, "category", Category.objects.order_by("name", "pk"))
        offer_rows(self, "persona", Persona.objects.offered().order_by("position", "pk"))
        offer_rows(self, "team", Team.objects.filter(retired_at=None).order_by("name"))

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()

    @staticmethod
    def initial_of(rule: AssignmentRule) -> dict[str, Any]:
        return {name: getattr(rule, name) for name in FIELDS}
