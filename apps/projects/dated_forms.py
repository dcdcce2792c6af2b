"""Which of the messages that name a day become tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from apps.accounts.templatetags.formats import day
from apps.core.choosing import offer
from apps.projects.selectors.dated import Dated


class DatedForm(forms.Form):
    messages = forms.TypedMultipleChoiceField(
        label=_("Messages that name a day to come"), coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, dated: Sequence[Dated], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "messages", [(each.message.pk, _line(each)) for each in dated])


def _line(dated: Dated) -> str:
    words = Truncator(dated.message.text).chars(90)
    return f"{day(dated.day)} · {dated.message.author.display_name}: {words}"
