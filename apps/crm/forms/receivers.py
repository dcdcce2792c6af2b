"""Keys and receivers of programs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.services.webhooks.sweeping import KEPT


class FeedKeyForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("What will use it: the accounting, a website."))
    sees_money = forms.BooleanField(
        label=_("Sees prices and finances"), required=False, help_text=_("Otherwise amounts are empty.")
    )


class ReceiverForm(forms.Form):
    """`types` are the events that there are; `asks_money` where amounts are a right of its own."""

    name = forms.CharField(label=_("Name"), max_length=100)
    url = forms.CharField(label=_("Address"), max_length=500, help_text=_("It begins with https://."))
    types = forms.MultipleChoiceField(
        label=_("Events"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("None chosen: all of them, new ones too."),
    )
    sees_money = forms.BooleanField(
        label=_("Sees prices and finances"), required=False, help_text=_("Otherwise amounts are empty.")
    )

    def __init__(self, *args: Any, types: Mapping[str, Any], asks_money: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["types"]
        field.choices = list(types.items())
        if not asks_money:
            del self.fields["sees_money"]


class ReplayForm(forms.Form):
    """Within the days that events are kept for."""

    since = forms.DateTimeField(
        label=_("All events since"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = clock.now()
        self.fields["since"].initial = now - timedelta(days=1)
        self.fields["since"].help_text = _("Events are kept for %(days)s days.") % {"days": KEPT.days}
