"""What is written beside a voicemail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.selectors import staff_users

if TYPE_CHECKING:
    from apps.messaging.models import Voicemail


class VoicemailForm(forms.Form):
    comment = forms.CharField(label=_("Comment"), required=False, widget=forms.Textarea(attrs={"rows": 4}))
    assignee = forms.ModelChoiceField(label=_("Given to"), queryset=User.objects.none(), required=False)

    def __init__(self, data: Any = None, *, voicemail: Voicemail) -> None:
        super().__init__(data, initial={"comment": voicemail.comment, "assignee": voicemail.assignee_id})
        self.fields["assignee"].queryset = staff_users()  # type: ignore[attr-defined]  # of a model choice
