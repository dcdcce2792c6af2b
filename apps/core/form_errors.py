"""A service's objections at the fields of the form that asked it."""

from __future__ import annotations

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError


def show_errors(form: forms.Form, error: ValidationError, *, prefix: str = "") -> None:
    """Put the service's objections at the fields they belong to; what has no field stands above the form."""
    by_field = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    for name, messages in by_field.items():
        field = name.removeprefix("attributes.").removeprefix("fields.")
        target = next((each for each in (f"{prefix}{name}", f"custom-{field}", name) if each in form.fields), None)
        for message in messages:
            form.add_error(target, message)
