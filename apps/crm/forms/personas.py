"""What a contact is to the house."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Team
from apps.core.choosing import offer_rows
from apps.crm.models import Persona


class PersonasForm(forms.Form):
    personas = forms.ModelMultipleChoiceField(
        label=_("Personas"), queryset=Persona.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    teams = forms.ModelMultipleChoiceField(
        label=_("Belongs to teams"), queryset=Team.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, held: list[int], teams: list[int]) -> None:
        super().__init__(data, initial={"personas": held, "teams": teams})
        # Retired ones are offered to who is one still.
        offered = Persona.objects.offered() | Persona.objects.filter(pk__in=held)
        offer_rows(self, "personas", offered.order_by("position", "pk"))
        there = Team.objects.filter(retired_at__isnull=True) | Team.objects.filter(pk__in=teams)
        offer_rows(self, "teams", there.order_by("name", "pk"))
