"""What people type about claims."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.activities.services.recording import TEXT_LENGTH
from apps.core.forms import InPageForm
from apps.crm.models import Claim, Construction


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, each checked by its service."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(each, initial) for each in given if each]


class PhotosField(FilesField):
    def __init__(self, **kwargs: Any) -> None:
        words = _("As your phone makes them, up to 15 MB each. Where they were taken is left out.")
        super().__init__(label=_("Photos"), help_text=words, allow_empty_file=True, **kwargs)
        self.widget.attrs["accept"] = "image/*"


class ClaimForm(forms.Form):
    construction = forms.TypedChoiceField(label=_("About"), coerce=int, empty_value=None, required=False)
    kind = forms.ChoiceField(label=_("What is wrong?"), choices=Claim.Kind.choices)
    text = forms.CharField(
        label=_("What happened"), max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 5, "autofocus": True})
    )
    photos = PhotosField(required=False)
    kept = forms.CharField(required=False, widget=forms.HiddenInput)
    parts = forms.CharField(required=False, widget=forms.HiddenInput, max_length=2000)

    def __init__(self, *args: Any, constructions: Sequence[Construction], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.constructions = {each.pk: each for each in constructions}
        field: Any = self.fields["construction"]
        field.choices = [
            ("", _("The whole order")),
            *((each.pk, f"{each.position}. {each.title}") for each in constructions),
        ]

    def chosen_construction(self) -> Construction | None:
        return self.constructions.get(self.cleaned_data["construction"])

    def chosen_parts(self) -> list[str]:
        return [part for part in self.cleaned_data["parts"].split(",") if part]


class PhotosForm(InPageForm):
    photos = PhotosField(required=True)


class AskForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("Your question to the dealer"),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4, "autofocus": True}),
    )


class DecisionForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    accepted = forms.ChoiceField(
        label=_("Decision"), choices=[("yes", _("Accept")), ("no", _("Refuse"))], widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("Words for the dealer"),
        help_text=_("What you do about it, or why not. A refusal needs a reason. Amounts belong below."),
        required=False,
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    amount = forms.DecimalField(
        label=_("Compensation"),
        help_text=_("Stands as announced until accounting books it. Empty: no money."),
        required=False,
        max_digits=14,
        decimal_places=2,
    )
    currency = forms.ChoiceField(label=_("Currency"), required=False)

    def __init__(self, *args: Any, currencies: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["currency"]
        field.choices = [(each, each) for each in currencies]


class CorrectionForm(DecisionForm):
    """Of a dispute: by how much the line is corrected."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].label = _("Correction")
        self.fields["amount"].help_text = _(
            "By so much the dealer owes less; below zero: more. Stands as announced until accounting books it."
        )


class MessageForm(InPageForm):
    text = forms.CharField(
        label=_("Message"), required=False, max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 2})
    )
    uploads = FilesField(label=_("Files"), required=False, allow_empty_file=True)
