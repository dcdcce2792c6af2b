"""Cleaning of what is typed where mails are written. Only a broken time is an error while one types."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from apps.core.choosing import offer, offer_rows
from apps.core.pickers import FreePicker
from apps.messaging.models import Draft, MailAccount
from apps.messaging.recipients import write_row
from apps.messaging.selectors.sending import sending_accounts
from apps.messaging.services.bodies import clean_body, with_pictures
from apps.messaging.services.crowds import expand, is_crowd
from apps.messaging.services.drafts import DraftInput

if TYPE_CHECKING:
    from apps.accounts.models import User


class RecipientsField(forms.Field):
    """Texts like "Name <address>" or "company:12", as many as one likes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=FreePicker("messaging:recipient_pick"), **kwargs)

    def to_python(self, value: Any) -> list[str]:
        return [str(each)[:1000] for each in value or []]


class DraftForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    account = forms.ModelChoiceField(label=_("From"), queryset=MailAccount.objects.none(), required=False)
    to = RecipientsField(label=_("To"))
    cc = RecipientsField(label=_("Cc"))
    bcc = RecipientsField(label=_("Bcc"))
    subject = forms.CharField(label=_("Subject"), required=False, max_length=998)
    body = forms.CharField(
        label=_("Message"), required=False, max_length=2_000_000, widget=forms.Textarea(attrs={"rows": 12})
    )
    is_plain = forms.BooleanField(label=_("Plain text"), required=False)
    is_urgent = forms.BooleanField(label=_("Important"), required=False)
    wants_receipt = forms.BooleanField(label=_("Ask for a read receipt"), required=False)
    is_encrypted = forms.BooleanField(
        label=_("Encrypt (OpenPGP)"), required=False, help_text=_("The subject stays readable.")
    )
    send_at = forms.DateTimeField(
        label=_("Send later"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )
    language = forms.ChoiceField(label=_("Language"), required=False)

    def __init__(self, data: Any = None, *, user: User, draft: Draft) -> None:
        self.user, self.draft = user, draft
        # Fresh ids: htmx gives new elements the old ones' attributes for a moment, which confuses the pickers.
        super().__init__(data, initial=_initial(draft), auto_id=f"d{secrets.token_hex(3)}_%s")
        offer_rows(self, "account", sending_accounts(user))
        offer(self, "language", [("", _("As they prefer")), *settings.LANGUAGES])

    @property
    def has_crowds(self) -> bool:
        """Whether a company, team or folder was picked, which now stands as its people."""
        return any(is_crowd(text) for name in ("to", "cc", "bcc") for text in self.cleaned_data.get(name, []))

    def wanted(self) -> DraftInput:
        given = self.cleaned_data
        switches = {name: given[name] for name in ("is_plain", "is_urgent", "wants_receipt", "is_encrypted")}
        return DraftInput(
            account=given["account"],
            subject=given["subject"],
            body=clean_body(given["body"], pictures={url: cid for cid, url in picture_addresses(self.draft).items()}),
            send_at=given["send_at"],
            language=given["language"],
            to=expand(given["to"], user=self.user),
            cc=expand(given["cc"], user=self.user),
            bcc=expand(given["bcc"], user=self.user),
            **switches,
        )


def picture_addresses(draft: Draft) -> dict[str, str]:
    """Content id of each picture of the draft -> where its writer sees it."""
    rows = draft.attachments.filter(is_inline=True).values_list("content_id", "pk")
    return {cid: reverse("messaging:draft_file", args=[draft.pk, pk]) for cid, pk in rows}


def _initial(draft: Draft) -> dict[str, Any]:
    plain = ("version", "account", "subject", "is_plain", "is_urgent", "wants_receipt", "is_encrypted", "language")
    return {
        **{name: getattr(draft, name) for name in plain},
        **{name: [write_row(row) for row in getattr(draft, name)] for name in ("to", "cc", "bcc")},
        "body": with_pictures(draft.body, picture_addresses(draft)),
        "send_at": localtime(draft.send_at) if draft.send_at else None,
    }
