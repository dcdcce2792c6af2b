"""What a bulk action on next steps asks first."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.activities.forms.people import ColleaguesField


def _day_widget() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class PutOffForm(forms.Form):
    until = forms.DateField(label=_("Show it again on"), widget=_day_widget())

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "initial": {"until": today + timedelta(days=1)}})


class OtherDayForm(forms.Form):
    due_on = forms.DateField(label=_("Due"), widget=_day_widget())

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "initial": {"due_on": today + timedelta(days=1)}})


class GiveForm(forms.Form):
    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignees"] = ColleaguesField(label=_("Who does it"))


class PlanForm(forms.Form):
    """One task for each of the chosen contacts, for whoever plans it."""

    subject = forms.CharField(label=_("What is to be done?"), max_length=300)
    due_on = forms.DateField(label=_("Due"), widget=_day_widget())

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "initial": {"due_on": today}})


FORMS = {"snooze": PutOffForm, "due": OtherDayForm, "assign": GiveForm, "plan": PlanForm}
TITLES = {"snooze": _("Put off"), "due": _("Due another day"), "assign": _("Give to"), "plan": _("Plan a task")}
