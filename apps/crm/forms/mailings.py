"""What mailings are about, and who gets none."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.choosing import offer
from apps.core.models import Suppression
from apps.crm.models import MailingTopic
from apps.crm.services.mailings.keeping import addresses_in, addresses_of


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


LARGEST = 20 * 1024 * 1024  # bytes of a file of addresses


class _ListForm(forms.Form):
    """What both ways of adding share."""

    scope = forms.ChoiceField(label=_("What they get none of"), initial=Suppression.ALL)
    reason = forms.ChoiceField(label=_("Why"), choices=Suppression.Reason.choices, initial=Suppression.Reason.BY_HAND)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        topics = MailingTopic.objects.order_by("title", "pk")
        offer(self, "scope", [(Suppression.ALL, _("All mailings")), *((each.scope, each.title) for each in topics)])


class AddressesForm(_ListForm):
    addresses = forms.CharField(
        label=_("Addresses"),
        max_length=20_000,
        help_text=_("One or several, one below the other or with commas between."),
        widget=forms.Textarea({"rows": 4, "autofocus": True}),
    )
    note = forms.CharField(label=_("Note"), max_length=150, required=False)
    field_order = ("addresses", "scope", "reason", "note")

    def clean_addresses(self) -> list[str]:
        good, bad = addresses_of(self.cleaned_data["addresses"])
        if bad:
            raise forms.ValidationError(_("No address: %(words)s") % {"words": ", ".join(bad[:5])})
        return good


class AddressFileForm(_ListForm):
    """`file` is cleaned to the addresses in it and the number of rows without one."""

    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("One address a row, in any column; what this list is taken as can be brought in again."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv,text/plain"}),
        error_messages={"empty": _("This file is empty."), "required": _("Choose a file.")},
    )
    field_order = ("file", "scope", "reason")

    def clean_file(self) -> tuple[str, list[str], int]:
        upload = self.cleaned_data["file"]
        if upload.size > LARGEST:
            raise forms.ValidationError(_("A file may have %(size)s MB.") % {"size": LARGEST // 1024**2})
        try:
            good, bad = addresses_in(upload.read())
        except forms.ValidationError as error:
            raise forms.ValidationError(error.messages) from error
        if not good:
            raise forms.ValidationError(_("There is no address in this file."))
        return upload.name, good, bad


class TakeOffForm(forms.Form):
    why = forms.CharField(label=_("Why"), max_length=300, widget=forms.TextInput({"autofocus": True}))
    is_certain = forms.BooleanField(label=_("They asked for it themselves"), required=False)

    def __init__(self, *args: Any, asks: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks:
            del self.fields["is_certain"]
