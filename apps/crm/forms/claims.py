"""What people type about claims."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.activities.services.recording import TEXT_LENGTH
from apps.core.forms import InPageForm
from apps.crm.drawing.parts import read_scheme
from apps.crm.drawing.picking import draw_picker
from apps.crm.drawing.touches import lay_out
from apps.crm.models import Claim, ClaimCause, Construction
from apps.crm.selectors.claim_subjects import parts_of


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
    """About `chosen`, one of the order's `constructions`, or the whole order; only its own parts can be named."""

    construction = forms.TypedChoiceField(
        label=_("About"), coerce=int, empty_value=None, required=False, widget=forms.HiddenInput
    )
    parts = forms.MultipleChoiceField(
        label=_("Which parts?"), required=False, widget=forms.CheckboxSelectMultiple(attrs={"id": "claim-part"})
    )
    kind = forms.ChoiceField(label=_("What is wrong?"), choices=Claim.Kind.choices)
    text = forms.CharField(
        label=_("What happened"), required=False, max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 3})
    )
    photos = PhotosField(required=False)
    kept = forms.CharField(required=False, widget=forms.HiddenInput)
    shipment = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)

    def __init__(
        self, *args: Any, constructions: Sequence[Construction], chosen: Construction | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.pieces, self.chosen = constructions, chosen
        self.known_parts = parts_of(chosen)
        field: Any = self.fields["construction"]
        field.choices = [("", _("The whole order")), *((each.pk, each.title) for each in constructions)]
        self.initial.setdefault("construction", chosen.pk if chosen else "")
        parts: Any = self.fields["parts"]
        parts.choices = [(part.id, f"{part.number}. {part.name}") for part in self.known_parts]
        if chosen is None:
            self.fields["text"].required = True
        else:
            self.fields["text"].help_text = _("May stay empty where the drawing says it.")

    def drawing(self) -> SafeString:
        """To be tapped; "" where the plant sent none."""
        scheme = read_scheme(self.chosen.scheme) if self.chosen else None
        if self.chosen is None or scheme is None or not scheme.parts:
            return SafeString("")
        boxes = {part.id: f"claim-part_{number}" for number, part in enumerate(self.known_parts)}
        label = _("Drawing of position %(number)s: tap what is broken") % {"number": self.chosen.position}
        return draw_picker(scheme, boxes, chosen=self["parts"].value() or (), label=label)

    def is_large(self) -> bool:
        """Whether the drawing is larger than a phone, so that there is room for a thumb."""
        scheme = read_scheme(self.chosen.scheme) if self.chosen else None
        return bool(scheme and lay_out(scheme).is_grown)


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
    cause = forms.ModelChoiceField(
        label=_("Cause"),
        help_text=_("Only for us: the report of causes counts it."),
        queryset=ClaimCause.objects.none(),
        empty_label=_("Choose"),
    )

    def __init__(self, *args: Any, currencies: Sequence[str], needs_cause: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cause: Any = self.fields["cause"]
        cause.queryset, cause.required = ClaimCause.objects.offered(), needs_cause
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


class CauseForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60, widget=forms.TextInput(attrs={"autofocus": True}))
