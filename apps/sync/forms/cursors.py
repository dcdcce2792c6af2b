"""From where on a database is read again."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from apps.sync.models import Source
from apps.sync.services.cursors import tables_of


class CursorForm(forms.Form):
    """`cursor` comes as a list; empty: from the beginning."""

    table = forms.ChoiceField(label=_("Table"))
    cursor = forms.CharField(
        label=_("Read on behind"),
        required=False,
        max_length=1000,
        help_text=_("The values of its cursor as JSON, such as [1200]. Empty: from the beginning."),
    )
    sure = forms.BooleanField(label=_("Yes, read these rows once more"))

    def __init__(self, *args: Any, source: Source, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(name, f"{name} ({', '.join(columns)})") for name, columns in tables_of(source).items()]
        self.fields["table"] = forms.ChoiceField(label=_("Table"), choices=choices)

    def clean_cursor(self) -> list[Any]:
        text = self.cleaned_data["cursor"].strip()
        try:
            cursor = json.loads(text) if text else []
        except ValueError as error:
            raise forms.ValidationError(translated("This is no JSON.")) from error
        return cursor if isinstance(cursor, list) else [cursor]
