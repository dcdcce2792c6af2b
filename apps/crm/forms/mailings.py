"""What mailings are about."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.crm.models import MailingTopic


class TopicForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=100, widget=forms.TextInput({"autofocus": True}))
    description = forms.CharField(
        label=_("What readers get"),
        max_length=300,
        required=False,
        help_text=_("Readers see it where they choose what they want."),
        widget=forms.Textarea({"rows": 3}),
    )
    is_active = forms.BooleanField(label=_("Offered"), required=False, initial=True)

    @staticmethod
    def initial_of(topic: MailingTopic) -> dict[str, Any]:
        return {"title": topic.title, "description": topic.description, "is_active": topic.is_active}
