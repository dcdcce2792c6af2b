"""What people type about projects and who takes part in them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.activities.selectors.kinds import known_kinds
from apps.contacts.forms.custom import add_custom_fields, custom_values
from apps.contacts.forms.ties import EntitiesChoiceField
from apps.core.choosing import offer
from apps.projects.forms import GroupForm
from apps.projects.models import Project
from apps.projects.services.participants import ROLE_LENGTH
from apps.projects.services.projects import OWN_FIELDS, AboutInput


class ProjectForm(GroupForm):
    """A project from the start: its group comes with it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(("title", "users", "shows_history"))
        del self.fields["is_channel"]
        self.fields["title"].required, self.fields["title"].help_text = True, ""
        self.fields["users"].required = False


class AboutForm(forms.Form):
    state = forms.ChoiceField(label=_("State"), choices=Project.State.choices)
    city = forms.CharField(label=_("City"), max_length=120, required=False)
    address = forms.CharField(label=_("Address"), max_length=300, required=False)
    site = forms.CharField(label=_("Web site"), max_length=300, required=False)
    specialisation = forms.CharField(label=_("Specialisation"), max_length=200, required=False)
    numbers = forms.CharField(
        label=_("General numbers"),
        max_length=2_000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Of the site itself, one to a line: “Gate +380 44 123 45 67”."),
    )
    starts_on = forms.DateField(label=_("From"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    ends_on = forms.DateField(label=_("To"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    about = forms.CharField(
        label=_("What it is about"), max_length=20_000, required=False, widget=forms.Textarea({"rows": 5})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, project: Project, **kwargs: Any) -> None:
        kwargs["initial"] = self.initial_of(project)
        super().__init__(*args, **kwargs)
        add_custom_fields(self, target=OWN_FIELDS, entity=None, user=user, values=project.attributes)

    def data_input(self) -> AboutInput:
        given = {name: self.cleaned_data[name] for name in self.base_fields if name != "version"}
        return AboutInput(**given, own=custom_values(self))

    @staticmethod
    def initial_of(project: Project) -> dict[str, Any]:
        return {name: getattr(project, name) for name in AboutForm.base_fields}


class ParticipantsForm(forms.Form):
    role = forms.CharField(
        label=_("Role"), max_length=ROLE_LENGTH, required=False, help_text=_("Architect, builder, supplier ...")
    )

    field_order = ("entities", "role")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["entities"] = EntitiesChoiceField(user=user, label=_("People and organisations"))
        self.order_fields(self.field_order)


class RoleForm(forms.Form):
    role = forms.CharField(label=_("Role"), max_length=ROLE_LENGTH, required=False)


class HistoryForm(forms.Form):
    """What of a project's history one wants to read; nonsense narrows nothing."""

    kind = forms.ChoiceField(label=_("Kind"), required=False)
    entity = forms.ChoiceField(label=_("With"), required=False)

    def __init__(self, *args: Any, participants: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "kind", [("", _("All kinds")), *((key, kind.title) for key, kind in known_kinds().items())])
        offer(self, "entity", [("", _("Everybody")), *participants])

    def asked(self) -> tuple[str, int]:
        self.is_valid()
        return self.cleaned_data.get("kind", ""), int(self.cleaned_data.get("entity") or 0)
