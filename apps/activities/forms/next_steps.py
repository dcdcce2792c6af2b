"""Cleaning of the short form for a contact's next step."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.activities.services.task_input import TaskInput

if TYPE_CHECKING:
    from apps.contacts.models import Entity

STEPS = [
    ("call", pgettext_lazy("next step", "Call")),
    ("mail", pgettext_lazy("next step", "Write a mail")),
    ("meeting", pgettext_lazy("next step", "Arrange a meeting")),
    ("other", pgettext_lazy("next step", "Something else")),
]


class NextStepForm(forms.Form):
    """`words` say more, and say everything where it is something else."""

    what = forms.ChoiceField(label=_("What"), choices=STEPS)
    words = forms.CharField(label=_("In words"), required=False, max_length=150)
    on = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        initial = {"what": "call", "on": today + timedelta(days=1)}
        super().__init__(*args, **{**kwargs, "initial": initial})

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("what") == "other" and not data.get("words"):
            self.add_error("words", _("Say what is to be done."))
        return data

    def wanted(self, entity: Entity) -> TaskInput:
        data = self.cleaned_data
        title, words = str(dict(STEPS)[data["what"]]), data["words"]
        subject = words if data["what"] == "other" else f"{title}: {words}" if words else title
        return TaskInput(subject=subject, zone=get_current_timezone_name(), entities=[entity], due_on=data["on"])
