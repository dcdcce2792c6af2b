"""What a board is narrowed to; all of it stands in its address."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Team
from apps.accounts.selectors import staff_users
from apps.core.choosing import offer
from apps.crm.models import Persona
from apps.crm.selectors.boards import BoardFilter

if TYPE_CHECKING:
    from apps.accounts.models import User

ME, NOBODY = "me", "nobody"
Choices = list[tuple[str, Any]]


class BoardFilterForm(forms.Form):
    """Nonsense in the address narrows nothing."""

    q = forms.CharField(
        label=_("Search"), required=False, max_length=200, widget=forms.TextInput(attrs={"type": "search"})
    )
    charge = forms.ChoiceField(label=_("In charge"), required=False)
    team = forms.ChoiceField(label=_("Team"), required=False)
    persona = forms.ChoiceField(label=_("Persona"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        # Asked for when they are shown, or when one was chosen.
        offer(self, "charge", cache(self._people))
        offer(self, "team", cache(_teams))
        offer(self, "persona", cache(_personas))

    def _people(self) -> Choices:
        others = [(str(each.pk), str(each)) for each in staff_users() if each.pk != self.user.pk]
        return [("", _("Everybody")), (ME, _("Me")), (NOBODY, _("Nobody")), *others]

    def wanted(self) -> BoardFilter:
        self.is_valid()
        typed = self.cleaned_data
        charge = typed.get("charge", "")
        users = (self.user.pk,) if charge == ME else _ids(charge)
        words = typed.get("q", "").replace("\x00", "")
        return BoardFilter(
            words, users, _ids(typed.get("team", "")), _ids(typed.get("persona", "")), nobody=charge == NOBODY
        )


def _teams() -> Choices:
    teams = Team.objects.filter(retired_at__isnull=True).order_by("name", "pk")
    return [("", _("All teams")), *((str(each.pk), each.name) for each in teams)]


def _personas() -> Choices:
    personas = Persona.objects.offered().order_by("position", "pk")
    return [("", _("All personas")), *((str(each.pk), each.title) for each in personas)]


def _ids(text: str) -> tuple[int, ...]:
    return (int(text),) if text.isdecimal() else ()
