"""What people type about groups; messages are cleaned by their service."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.selectors import staff_users
from apps.activities.forms.people import ColleaguesField
from apps.contacts.forms.custom import EntityChoiceField
from apps.core.choosing import offer_rows
from apps.core.pickers import RecordsField
from apps.projects.models import Group, Message
from apps.projects.selectors.groups import title_of


class PeopleForm(forms.Form):
    users = forms.ModelMultipleChoiceField(label=_("Colleagues"), queryset=User.objects.none())

    def __init__(self, *args: Any, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "users", staff_users().exclude(pk=reader.pk))


class GroupForm(PeopleForm):
    """One colleague and no name: direct messages."""

    title = forms.CharField(
        label=_("Name"), max_length=120, required=False, help_text=_("Leave it empty to write to one colleague alone.")
    )
    is_channel = forms.BooleanField(label=_("Only those who manage it write"), required=False)
    shows_history = forms.BooleanField(label=_("Newcomers read what was written before"), required=False, initial=True)

    field_order = ("users", "title", "is_channel", "shows_history")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("title") and "users" in given and len(given["users"]) != 1:
            raise ValidationError({"title": _("A group needs a name.")})
        return given


class _GroupsField(RecordsField):
    """Some of one's groups: a direct chat is called as the other one in it."""

    def __init__(self, *, reader: User, **kwargs: Any) -> None:
        self._reader = reader
        super().__init__(among=Group.objects.visible_to(reader), route="projects:group_pick", **kwargs)

    def label_from_instance(self, obj: Group) -> str:
        return title_of(obj, self._reader)


class OnceForm(forms.Form):
    """What is sent twice from one dialog has the same `key` and so counts once."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4, required=False)

    def clean_key(self) -> str:
        return str(self.cleaned_data["key"] or uuid4())


class ForwardForm(OnceForm):
    def __init__(self, *args: Any, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["groups"] = _GroupsField(reader=reader, label=_("To"))


class GatherForm(OnceForm):
    """A new group that begins with chosen messages."""

    title = forms.CharField(label=_("Name"), max_length=120)
    users = ColleaguesField(label=_("Colleagues"))


class SureForm(forms.Form):
    """Nothing to fill in: only to be asked once more."""


class ManyTasksForm(forms.Form):
    """By whom of the group, until when."""

    assignees = forms.ModelMultipleChoiceField(label=_("For"), queryset=User.objects.none(), required=False)
    due_on = forms.DateField(label=_("Due"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, group: Group, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = group.memberships.present().values("user")
        offer_rows(self, "assignees", staff_users().filter(pk__in=own))


class MessageTaskForm(ManyTasksForm):
    """What is to be done, too."""

    subject = forms.CharField(label=_("Task"), max_length=200)

    field_order = ("subject", "assignees", "due_on")


class MessageNoteForm(forms.Form):
    text = forms.CharField(label=_("Note"), max_length=8_000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, user: User, message: Message, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["entity"] = EntityChoiceField(user=user, label=_("Contact"))
        self.order_fields(["entity", "text"])
        self.initial["text"] = f"{message.author.display_name}: {message.text}"
