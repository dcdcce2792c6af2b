"""Who looks after a dealer, and a dealer's people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.permissions import STAFF_ROLES
from apps.crm.models import DealerUser


class StaffField(forms.ModelChoiceField):  # type: ignore[type-arg]  # no generic at run time
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=User.objects.none(), **kwargs)

    def offer(self, role_names: tuple[str, ...]) -> None:
        staff = User.objects.filter(is_active=True, groups__name__in=role_names).distinct()
        self.queryset = staff.order_by("name", "pk")


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class AssignForm(forms.Form):
    """One in charge from a day on; with an end they only stand in."""

    user = StaffField(label=_("Who looks after them"), required=False, empty_label=_("Nobody"))
    on = forms.DateField(label=_("From"), widget=DayInput)
    until = forms.DateField(
        label=_("Up to"),
        required=False,
        help_text=_("Only as a stand-in. This day doesn't count any more."),
        widget=DayInput,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["user"]
        field.offer(("manager", "sales"))


class AbsenceForm(forms.Form):
    starts_on = forms.DateField(label=_("Away from"), widget=DayInput)
    ends_on = forms.DateField(label=_("Back on"), widget=DayInput)
    stand_in = StaffField(label=_("Stands in"), required=False, empty_label=_("Nobody"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["stand_in"]
        field.offer(STAFF_ROLES)


class InviteForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail to sign in with"), max_length=254)
    sees_money = forms.BooleanField(label=_("Sees prices and finances"), required=False)


class RightsForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=DealerUser.Role.choices)
    sees_money = forms.BooleanField(
        label=_("Sees prices and finances"), required=False, help_text=_("An owner does anyway.")
    )


class ProfileForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=200)


class SummaryForm(forms.Form):
    """Beside the wishes by event."""

    summary = forms.BooleanField(
        label=_("Once a day, a summary of all that has changed"),
        required=False,
        help_text=_("Orders, deliveries, claims, answers, news and, for whoever sees amounts, entries."),
    )
