"""What people look for among the files and links of a group."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.choosing import offer
from apps.projects.models import Attachment
from apps.projects.selectors.parts import Wanted


class PartsForm(forms.Form):
    """Nothing in it is required, and nonsense narrows nothing."""

    q = forms.CharField(label=_("Name or address"), max_length=120, required=False)
    sender = forms.ChoiceField(label=_("Sent by"), required=False)

    def __init__(self, *args: Any, senders: list[tuple[int, str]], **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "parts-%s")
        super().__init__(*args, **kwargs)
        offer(self, "sender", [("", _("Everybody")), *senders])
        self.fields["q"].widget = forms.TextInput({"type": "search"})

    def wanted(self) -> Wanted:
        self.is_valid()
        given = self.cleaned_data
        sender = int(given.get("sender") or 0)
        return Wanted(given.get("q", "").replace("\x00", ""), given.get("kind", ""), sender)


class FilesForm(PartsForm):
    kind = forms.ChoiceField(label=_("Kind"), required=False)

    field_order = ("q", "kind", "sender")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].label = _("Name")
        offer(self, "kind", [("", _("All kinds")), *Attachment.Kind.choices])
