"""What a person types about a mailbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Team
from apps.accounts.selectors import staff_users
from apps.contacts.selectors.folders import flat, folder_tree
from apps.core.choosing import offer, offer_rows
from apps.core.pickers import RecordsField
from apps.messaging.models import MailAccount
from apps.messaging.presets import PRESETS, Preset
from apps.messaging.services import oauth
from apps.messaging.services.account_input import AccountInput
from apps.messaging.services.accounts import Sharers

if TYPE_CHECKING:
    from apps.accounts.models import User

_INTERVALS = [
    (1, _("every minute")),
    (5, _("every 5 minutes")),
    (15, _("every quarter of an hour")),
    (60, _("every hour")),
]
_SHARED = [
    (MailAccount.Sharing.PRIVATE, _("Only its members know of its mail")),
    (MailAccount.Sharing.HAPPENED, _("Others see on a contact that a mail took place")),
]
_PROVIDERS = [
    ("", _("By the address")),
    *((preset.key, preset.title) for preset in PRESETS),
    ("other", _("Another provider")),
]
NO_SERVER = _("Left empty, nothing is received.")


class AddressForm(forms.Form):
    """The first step: whose mailbox, and at which provider."""

    address = forms.EmailField(
        label=_("E-mail address"),
        max_length=320,
        widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "email"}),
    )
    provider = forms.ChoiceField(
        label=_("Provider"),
        required=False,
        choices=_PROVIDERS,
        help_text=_("Choose it where your own domain is kept at one of these."),
    )
    is_shared = forms.BooleanField(
        label=_("Shared by several colleagues"),
        required=False,
        help_text=_("Its members read all of it and write from it; your own mailbox is yours alone."),
    )

    def __init__(self, *args: Any, can_share: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not can_share:
            del self.fields["is_shared"]


class AccountForm(forms.Form):
    """All of a mailbox, filled with the provider's servers where it is new."""

    address = forms.EmailField(label=_("E-mail address"), max_length=320)
    display_name = forms.CharField(
        label=_("Name"), max_length=200, required=False, help_text=_("As recipients read it beside the address.")
    )
    auth = forms.ChoiceField(label=_("Signs in with"), choices=MailAccount.Auth.choices)
    password = forms.CharField(
        label=_("Password or app password"),
        required=False,
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    login = forms.CharField(
        label=_("Name to sign in with"), required=False, max_length=320, help_text=_("Left empty, it is the address.")
    )
    imap_host = forms.CharField(label=_("Receives from (IMAP)"), required=False, max_length=255, help_text=NO_SERVER)
    imap_port = forms.IntegerField(label=_("IMAP port"), min_value=1, max_value=65535)
    imap_security = forms.ChoiceField(label=_("IMAP security"), choices=MailAccount.Security.choices)
    smtp_host = forms.CharField(
        label=_("Sends through (SMTP)"), required=False, max_length=255, help_text=_("Left empty, nothing is sent.")
    )
    smtp_port = forms.IntegerField(label=_("SMTP port"), min_value=1, max_value=65535)
    smtp_security = forms.ChoiceField(label=_("SMTP security"), choices=MailAccount.Security.choices)
    members = RecordsField(
        among=staff_users(), route="accounts:user_pick", label=_("Who reads it and writes from it"), required=False
    )
    team = forms.ModelChoiceField(
        label=_("And this team"), queryset=Team.objects.none(), required=False, empty_label=_("none")
    )
    sharing = forms.ChoiceField(label=_("What others learn of its mail"), choices=MailAccount.Sharing.choices)
    signature = forms.CharField(
        label=_("Signature"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 4})
    )
    unknown_senders = forms.ChoiceField(
        label=_("When somebody unknown writes"), choices=MailAccount.UnknownSenders.choices
    )
    unknown_folder = forms.ChoiceField(label=_("New contacts lie in"), required=False)
    voicemail_sender = forms.EmailField(
        label=_("Voicemails come from"),
        required=False,
        max_length=320,
        help_text=_("The address that your telephone system writes from."),
    )
    sync_interval = forms.TypedChoiceField(label=_("Fetches mail"), choices=_INTERVALS, coerce=int)
    is_watched = forms.BooleanField(label=_("New mail at once, where the server tells of it"), required=False)
    keeps_sent = forms.BooleanField(
        label=_("Put what is sent into the Sent folder"),
        required=False,
        help_text=_("Off where the provider does so itself, as Gmail."),
    )

    def __init__(
        self, *args: Any, user: User, account: MailAccount | None = None, is_shared: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.account, self.is_shared = account, is_shared
        self._offer_auth()
        self._offer_folders(user)
        if account is not None and account.password:
            self.fields["password"].help_text = _("There is one. Type another one only to change it.")
        if account is not None:
            held = [(account.sync_interval, _("every %d minutes") % account.sync_interval)]
            offer(self, "sync_interval", _INTERVALS + [pair for pair in held if pair[0] not in dict(_INTERVALS)])
        if is_shared:
            offer(self, "sharing", _SHARED)
            offer_rows(self, "team", Team.objects.order_by("name"))
        else:
            del self.fields["members"], self.fields["team"]

    def to_input(self) -> AccountInput:
        """What a service takes; only of a valid form."""
        values = {name: value for name, value in self.cleaned_data.items() if name not in ("members", "team")}
        return AccountInput(**{**values, "unknown_folder": self._folders.get(values["unknown_folder"])})

    def sharers(self) -> Sharers | None:
        """Who shares it; None of one's own mailbox."""
        if not self.is_shared:
            return None
        return Sharers(members=list(self.cleaned_data["members"]), team=self.cleaned_data["team"])

    def _offer_auth(self) -> None:
        choices = [(MailAccount.Auth.PASSWORD.value, MailAccount.Auth.PASSWORD.label)]
        known = {provider.auth for provider in oauth.providers()} | {self.account.auth if self.account else ""}
        choices += [pair for pair in MailAccount.Auth.choices if pair[0] in known and pair not in choices]
        offer(self, "auth", choices)
        if len(choices) == 1:
            self.fields["auth"].widget = forms.HiddenInput()

    def _offer_folders(self, user: User) -> None:
        rows = flat(folder_tree(user, to_edit=True))
        self._folders = {str(row.item.pk): row.item for row in rows}
        choices = [(str(row.item.pk), "\u2003" * row.depth + str(row.item)) for row in rows]
        kept = self.account.unknown_folder if self.account else None
        if kept is not None and str(kept.pk) not in self._folders:  # a colleague's choice, which stays
            self._folders[str(kept.pk)] = kept
            choices.append((str(kept.pk), str(_("the folder chosen before"))))
        nothing = _("Everyone") if self.is_shared else _("my personal folder")
        offer(self, "unknown_folder", [("", nothing), *choices])


def initial_of(account: MailAccount) -> dict[str, Any]:
    """A mailbox as its form shows it; no secrets."""
    names = [name for name in AccountForm.base_fields if name not in ("password", "members", "team", "unknown_folder")]
    return {name: getattr(account, name) for name in names} | {
        "unknown_folder": str(account.unknown_folder_id or ""),
        "members": list(account.members.values_list("pk", flat=True)) if account.is_shared else [],
        "team": account.team_id,
    }


def initial_by(preset: Preset, address: str, user: User, *, is_shared: bool) -> Mapping[str, Any]:
    """A new mailbox of `address`, as its provider wants it."""
    has_own = oauth.provider_of(preset.auth) is not None
    return {
        "address": address,
        "display_name": "" if is_shared else user.name,
        "auth": preset.auth if has_own else MailAccount.Auth.PASSWORD,
        "imap_host": preset.imap.host,
        "imap_port": preset.imap.port,
        "imap_security": preset.imap.security,
        "smtp_host": preset.smtp.host,
        "smtp_port": preset.smtp.port,
        "smtp_security": preset.smtp.security,
        "sharing": MailAccount.Sharing.PRIVATE,
        "unknown_senders": MailAccount.UnknownSenders.ALWAYS,
        "sync_interval": 5,
        "is_watched": True,
        "keeps_sent": preset.keeps_sent,
    }
