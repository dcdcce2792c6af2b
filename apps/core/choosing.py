"""What there is to choose from in a form's field, told when the reader is known."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.db.models import QuerySet


def offer(form: forms.BaseForm, name: str, choices: Any) -> None:
    """Let the ChoiceField `name` offer these."""
    cast(forms.ChoiceField, form.fields[name]).choices = choices


def offer_rows(form: forms.BaseForm, name: str, rows: QuerySet[Any]) -> None:
    """Let the ModelChoiceField `name` offer these."""
    cast("forms.ModelChoiceField[Any]", form.fields[name]).queryset = rows
