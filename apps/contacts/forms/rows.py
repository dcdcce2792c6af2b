"""Rows that repeat in a form: phones, mail addresses, links."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import EmailValidator
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _

from apps.contacts.models import Link, PhoneNumber
from apps.contacts.services.inputs import EmailInput, LinkInput, PhoneInput
from apps.contacts.services.unit_form import KeptRows


def web_address(value: str) -> str:
    """Make a full address of what people type ("example.com"); refuse what a click must not run."""
    text = value.strip()
    if not text:
        return ""
    scheme, colon, rest = text.partition(":")
    if not colon or "." in scheme or rest[:1].isdigit():
        text = f"https://{text}"
        scheme = "https"
    if scheme.lower() in {"javascript", "data", "vbscript", "file", "blob"}:
        raise forms.ValidationError(_("This kind of address can't be kept as a link."))
    return text


class EmailRow(forms.Form):
    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    address = forms.CharField(label=_("E-mail"), required=False, max_length=320, validators=[EmailValidator()])
    label = forms.CharField(label=_("Kind"), required=False, max_length=100)
    plain_text_only = forms.BooleanField(label=_("Plain text only"), required=False)
    is_primary = forms.BooleanField(label=_("Main"), required=False)

    address.widget.attrs.update({"inputmode": "email", "autocomplete": "off", "type": "email"})


class PhoneRow(forms.Form):
    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    raw = forms.CharField(label=_("Phone"), required=False, max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", "—"), *PhoneNumber.Kind.choices])
    label = forms.CharField(label=_("Label"), required=False, max_length=100)
    extension = forms.CharField(label=_("Extension"), required=False, max_length=20)
    is_primary = forms.BooleanField(label=_("Main"), required=False)

    raw.widget.attrs.update({"inputmode": "tel", "autocomplete": "off", "type": "tel"})

    def clean_raw(self) -> str:
        raw: str = self.cleaned_data["raw"].strip()
        if raw and not any(character.isdigit() for character in raw):
            raise forms.ValidationError(_("A phone number needs at least one digit."))
        return raw


class LinkRow(forms.Form):
    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    url = forms.CharField(label=_("Web address"), required=False, max_length=2000)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=Link.Kind.choices)
    label = forms.CharField(label=_("Label"), required=False, max_length=100)
    username = forms.CharField(label=_("Login name"), required=False, max_length=200)
    password = forms.CharField(
        label=_("Password"),
        required=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Leave it empty to keep the one that is there."),
    )
    is_primary = forms.BooleanField(label=_("Main"), required=False)

    url.widget.attrs.update({"inputmode": "url", "autocomplete": "off"})

    def clean_url(self) -> str:
        return web_address(self.cleaned_data["url"])

    def clean_kind(self) -> str:
        return self.cleaned_data["kind"] or Link.Kind.WEB


_MOST = 100  # whatever number of rows a request claims to have
EmailRows = formset_factory(EmailRow, extra=1, max_num=_MOST, absolute_max=_MOST)
PhoneRows = formset_factory(PhoneRow, extra=1, max_num=_MOST, absolute_max=_MOST)
LinkRows = formset_factory(LinkRow, extra=1, max_num=_MOST, absolute_max=_MOST)


class AddressRows:
    """The three row sets of one form, bound and checked together."""

    def __init__(self, data: Any = None, *, initial: dict[str, list[Any]] | None = None) -> None:
        given = initial or {}
        self.phones: BaseFormSet[PhoneRow] = PhoneRows(data, prefix="phones", initial=given.get("phones"))
        self.emails: BaseFormSet[EmailRow] = EmailRows(data, prefix="emails", initial=given.get("emails"))
        self.links: BaseFormSet[LinkRow] = LinkRows(data, prefix="links", initial=given.get("links"))

    def is_valid(self) -> bool:
        return all([self.phones.is_valid(), self.emails.is_valid(), self.links.is_valid()])

    def phone_inputs(self) -> list[PhoneInput]:
        return [PhoneInput(**_without_id(row)) for row in _filled(self.phones, "raw")]

    def email_inputs(self) -> list[EmailInput]:
        return [EmailInput(**_without_id(row)) for row in _filled(self.emails, "address")]

    def link_inputs(self) -> list[LinkInput]:
        return [LinkInput(**_without_id(row)) for row in _filled(self.links, "url")]

    def kept(self) -> KeptRows:
        """The rows with the ids of those that were there before, for a unit that is edited."""
        return KeptRows(
            phones=[(row["id"], PhoneInput(**_without_id(row))) for row in _filled(self.phones, "raw")],
            emails=[(row["id"], EmailInput(**_without_id(row))) for row in _filled(self.emails, "address")],
            links=[(row["id"], LinkInput(**_without_id(row))) for row in _filled(self.links, "url")],
            emptied={
                "phones": _emptied(self.phones, "raw"),
                "emails": _emptied(self.emails, "address"),
                "links": _emptied(self.links, "url"),
            },
        )


def _without_id(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "id"}


def _filled(rows: BaseFormSet[Any], field: str) -> list[dict[str, Any]]:
    return [form.cleaned_data for form in rows.forms if form.cleaned_data.get(field)]


def _emptied(rows: BaseFormSet[Any], field: str) -> list[int]:
    typed = [form.cleaned_data for form in rows.forms]
    return [row["id"] for row in typed if row.get("id") and not row.get(field)]
