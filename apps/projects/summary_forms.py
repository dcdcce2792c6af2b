"""What one wants to see of all projects; nothing in it is required, nonsense narrows nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.selectors import staff_users
from apps.activities.forms.timelines import SummaryForm
from apps.contacts.forms.custom import EntityChoiceField
from apps.contacts.models import Entity
from apps.core.choosing import offer, offer_rows
from apps.projects.selectors.summary import Asked, Due, own_projects


class _AllProjectsForm(forms.Form):
    def add_narrowings(self, user: User) -> None:
        kinds = {"company": (Entity.Kind.ORGANISATION, _("Company")), "person": (Entity.Kind.PERSON, _("Person"))}
        self.fields["project"] = forms.ChoiceField(label=_("Project"), required=False)
        offer(self, "project", [("", _("All projects")), *own_projects(user)])
        for name, (kind, label) in kinds.items():
            self.fields[name] = EntityChoiceField(user=user, kind=kind, label=label, required=False)
        self.order_fields(("project", "company", "person"))

    def asked(self) -> Asked:
        self.is_valid()
        given = self.cleaned_data
        contacts = (given.get("company"), given.get("person"))
        return Asked(int(given.get("project") or 0) or None, tuple(each.pk for each in contacts if each))


class AllHistoryForm(_AllProjectsForm, SummaryForm):
    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["team"]
        self.add_narrowings(user)


class AllTasksForm(_AllProjectsForm):
    assignee = forms.ModelChoiceField(
        label=_("For"), queryset=User.objects.none(), required=False, empty_label=_("Everybody")
    )
    since = forms.DateField(label=_("Due from"), required=False, widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(label=_("Due to"), required=False, widget=forms.DateInput({"type": "date"}))
    over = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("Open")), ("1", _("Done"))])

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "assignee", staff_users())
        self.add_narrowings(user)

    def due(self) -> Due:
        self.is_valid()
        given = self.cleaned_data
        assignee = given.get("assignee")
        return Due(assignee and assignee.pk, given.get("since"), given.get("until"), given.get("over") == "1")
