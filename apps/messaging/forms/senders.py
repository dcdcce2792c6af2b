"""Cleaning of what a person chose in the tray of unknown senders."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.contacts.forms.ties import EntitiesChoiceField
from apps.contacts.models import Entity


class AttachForm(forms.Form):
    """Whose address it is: one contact."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["entity"] = EntitiesChoiceField(user=user, label=_("Contact"))

    def clean_entity(self) -> Entity:
        chosen = list(self.cleaned_data["entity"])
        if len(chosen) != 1:
            raise ValidationError(translated("Choose one contact."))
        entity: Entity = chosen[0]
        return entity
