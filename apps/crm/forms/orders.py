"""What staff add to orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.crm.forms.claims import PhotosField
from apps.crm.models import Construction


class OrderPhotosForm(forms.Form):
    construction = forms.TypedChoiceField(label=_("Of the construction"), coerce=int)
    photos = PhotosField(required=True)
    caption = forms.CharField(label=_("What they show"), required=False, max_length=200)

    def __init__(self, *args: Any, constructions: Sequence[Construction], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["construction"]
        field.choices = [(each.pk, f"{each.position}. {each.title}") for each in constructions]
