"""Cleaning of what a person typed about a task."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.timezone import get_current_timezone_name, localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import User
from apps.activities.forms.people import ColleaguesField
from apps.activities.models import Activity, ActivityCategory, Task
from apps.activities.services.task_input import TaskInput
from apps.activities.services.tasks import input_of
from apps.contacts.forms.ties import EntitiesChoiceField
from apps.contacts.models import Entity

if TYPE_CHECKING:
    pass

REPEATS = [
    ("", _("Never")),
    ("FREQ=DAILY", pgettext_lazy("repeat", "Every day")),
    ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", _("Every working day")),
    ("FREQ=WEEKLY", pgettext_lazy("repeat", "Every week")),
    ("FREQ=WEEKLY;INTERVAL=2", _("Every two weeks")),
    ("FREQ=MONTHLY", pgettext_lazy("repeat", "Every month")),
    ("FREQ=MONTHLY;INTERVAL=3", _("Every quarter")),
    ("FREQ=YEARLY", pgettext_lazy("repeat", "Every year")),
]


def _day_widget() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class TaskForm(forms.Form):
    subject = forms.CharField(label=_("What is to be done?"), max_length=300)
    due_on = forms.DateField(label=_("Due"), required=False, widget=_day_widget())
    due_at = forms.TimeField(
        label=_("At"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    priority = forms.TypedChoiceField(
        label=_("Priority"),
        choices=Task.Priority.choices,
        coerce=int,
        initial=Task.Priority.NORMAL,
        required=False,
        empty_value=str(Task.Priority.NORMAL.value),
    )
    rrule = forms.ChoiceField(label=_("Repeat"), required=False, choices=REPEATS)
    text = forms.CharField(
        label=_("Notes"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 3})
    )
    items = forms.CharField(
        label=_("Checklist"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One step a line."),
    )
    visibility = forms.ChoiceField(label=_("Who may read it"), choices=Activity.Visibility.choices, required=False)
    category = forms.ModelChoiceField(
        label=_("Category"), queryset=ActivityCategory.objects.none(), required=False, empty_label=_("None")
    )

    field_order = ["subject", "assignees", "entities", "due_on", "due_at", "priority", "rrule", "text", "items"]

    def __init__(self, *args: Any, user: User, task: Task | None = None, entities: list[Entity], **kwargs: Any) -> None:
        self.task, self.user = task, user
        self.now_set = input_of(task, user=user) if task is not None else None
        initial = self._initial(entities)
        super().__init__(*args, **{**kwargs, "initial": initial})
        self.fields["assignees"] = ColleaguesField(label=_("Who does it"), required=False)
        self.fields["entities"] = EntitiesChoiceField(user=user, label=_("About whom"), required=False)
        self.fields["category"].queryset = ActivityCategory.objects.order_by("name")  # type: ignore[attr-defined]
        rule = initial["rrule"]
        if rule and rule not in dict(REPEATS):
            self.fields["rrule"].choices = [*REPEATS, (rule, rule)]  # type: ignore[attr-defined]  # a ChoiceField
        if task is not None:
            del self.fields["items"]
        self.order_fields(self.field_order)

    def _initial(self, entities: list[Entity]) -> dict[str, Any]:
        kept = self.now_set
        if kept is None or self.task is None:
            return {
                "assignees": [self.user.pk],
                "entities": [entity.pk for entity in entities],
                "rrule": "",
                "visibility": Activity.Visibility.PUBLIC,
            }
        due = localtime(self.task.due_moment) if self.task.due_moment and kept.due_at else None
        return {
            "subject": kept.subject,
            "text": kept.text,
            "assignees": list(kept.assignees),
            "entities": [entity.pk for entity in kept.entities],
            "due_on": due.date() if due else kept.due_on,
            "due_at": due.time() if due else None,
            "priority": kept.priority,
            "rrule": kept.rrule,
            "visibility": kept.visibility,
            "category": kept.category,
        }

    def clean_visibility(self) -> str:
        return self.cleaned_data["visibility"] or Activity.Visibility.PUBLIC

    def wanted(self) -> TaskInput:
        """The task as it was typed; a day and time that nobody touched stay by the clocks they were meant for."""
        given = self.cleaned_data
        kept = self.now_set
        due = {"due_on": given["due_on"], "due_at": given["due_at"], "zone": get_current_timezone_name()}
        if kept is not None and not {"due_on", "due_at"} & set(self.changed_data):
            due = {"due_on": kept.due_on, "due_at": kept.due_at, "zone": kept.zone}
        return TaskInput(
            subject=given["subject"],
            text=given["text"],
            entities=list(given["entities"]),
            assignees=[user.pk for user in given["assignees"]],
            priority=int(given["priority"]),
            rrule=given["rrule"],
            visibility=given["visibility"],
            category=given["category"],
            items=given.get("items", "").splitlines(),
            **due,
        )


class SnoozeForm(forms.Form):
    until = forms.DateField(label=_("Show it again on"), widget=_day_widget())

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "initial": {"until": today + timedelta(days=1)}})


class AssignForm(forms.Form):
    """For many tasks at once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignees"] = ColleaguesField(label=_("Who does it"))


class DueForm(forms.Form):
    due_on = forms.DateField(label=_("Due"), required=False, widget=_day_widget(), help_text=_("Empty: without a day."))
