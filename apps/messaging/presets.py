"""What is known of the big mail providers: servers, ports, and what one has to do there first.

Their own pages (`help_url`) have the last word.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.messaging.models import MailAccount

Security = MailAccount.Security
Auth = MailAccount.Auth

_APP_PASSWORD = _("It takes no ordinary password from programs: make an app password on its page and put it in here.")


@dataclass(frozen=True, slots=True)
class Server:
    host: str
    port: int
    security: str


@dataclass(frozen=True, slots=True)
class Preset:
    """A provider. `note` says what to do there first; `auth` is its own sign-in, where it has one."""

    key: str
    title: Any
    domains: frozenset[str]
    imap: Server
    smtp: Server
    help_url: str = ""
    note: Any = ""
    auth: str = Auth.PASSWORD
    keeps_sent: bool = True  # by us: Gmail puts what it sends into Sent by itself


def _tls(host: str, port: int) -> Server:
    return Server(host, port, Security.TLS)


def _starttls(host: str) -> Server:
    return Server(host, 587, Security.STARTTLS)


PRESETS = (
    Preset(
        key="gmail",
        title="Gmail, Google Workspace",
        domains=frozenset({"gmail.com", "googlemail.com"}),
        imap=_tls("imap.gmail.com", 993),
        smtp=_tls("smtp.gmail.com", 465),
        help_url="https://support.google.com/accounts/answer/185833",
        note=_APP_PASSWORD,
        auth=Auth.GOOGLE,
        keeps_sent=False,
    ),
    Preset(
        key="microsoft",
        title="Outlook, Microsoft 365",
        domains=frozenset({"outlook.com", "hotmail.com", "live.com", "msn.com", "outlook.de", "outlook.fr"}),
        imap=_tls("outlook.office365.com", 993),
        smtp=_starttls("smtp.office365.com"),
        help_url="https://support.microsoft.com/office/pop-imap-and-smtp-settings-for-outlook-com-d088b986-291d-42b8-9564-9c414e2aa040",
        note=_("It takes no passwords from programs: sign in with Microsoft. Sending by SMTP may have to be allowed."),
        auth=Auth.MICROSOFT,
    ),
    Preset(
        key="yahoo",
        title="Yahoo",
        domains=frozenset({"yahoo.com", "yahoo.co.uk", "yahoo.de", "yahoo.fr", "ymail.com", "rocketmail.com"}),
        imap=_tls("imap.mail.yahoo.com", 993),
        smtp=_tls("smtp.mail.yahoo.com", 465),
        help_url="https://help.yahoo.com/kb/SLN15241.html",
        note=_APP_PASSWORD,
    ),
    Preset(
        key="icloud",
        title="iCloud",
        domains=frozenset({"icloud.com", "me.com", "mac.com"}),
        imap=_tls("imap.mail.me.com", 993),
        smtp=_starttls("smtp.mail.me.com"),
        help_url="https://support.apple.com/102654",
        note=_APP_PASSWORD,
    ),
    Preset(
        key="yandex",
        title="Yandex",
        domains=frozenset({"yandex.com", "yandex.ru", "yandex.kz", "yandex.by", "ya.ru"}),
        imap=_tls("imap.yandex.com", 993),
        smtp=_tls("smtp.yandex.com", 465),
        help_url="https://yandex.com/support/mail/mail-clients/others.html",
        note=_("Allow programs to reach the mailbox in its settings first, and make an app password there."),
    ),
    Preset(
        key="zoho",
        title="Zoho (.com)",
        domains=frozenset({"zoho.com", "zohomail.com"}),
        imap=_tls("imap.zoho.com", 993),
        smtp=_tls("smtp.zoho.com", 465),
        help_url="https://www.zoho.com/mail/help/imap-access.html",
        note=_("Allow IMAP in its settings first. With two-step sign-in it wants an app password."),
    ),
    Preset(
        key="zoho-eu",
        title="Zoho (.eu)",
        domains=frozenset({"zoho.eu", "zohomail.eu"}),
        imap=_tls("imap.zoho.eu", 993),
        smtp=_tls("smtp.zoho.eu", 465),
        help_url="https://www.zoho.com/mail/help/imap-access.html",
        note=_("Allow IMAP in its settings first. With two-step sign-in it wants an app password."),
    ),
    Preset(
        key="ovh",
        title="OVH",
        domains=frozenset({"ovh.net", "ovh.com", "ovh.fr"}),
        imap=_tls("ssl0.ovh.net", 993),
        smtp=_tls("ssl0.ovh.net", 465),
        help_url="https://help.ovhcloud.com/csm/en-documentation-web-cloud-email-collaborative-solutions",
    ),
)
_BY_KEY = {preset.key: preset for preset in PRESETS}
_BY_DOMAIN = {domain: preset for preset in PRESETS for domain in preset.domains}


def preset_for(address: str, key: str = "") -> Preset:
    """The preset of this `key`, else of the address's domain, else a guess: mail.<domain>."""
    domain = address.rpartition("@")[2].strip().lower()
    return _BY_KEY.get(key) or _BY_DOMAIN.get(domain) or _guess(domain)


def preset_of(account: MailAccount) -> Preset | None:
    """The preset whose servers a mailbox uses; None: those of a house of its own."""
    used = {account.imap_host, account.smtp_host}
    return next((each for each in PRESETS if used & {each.imap.host, each.smtp.host}), None)


def _guess(domain: str) -> Preset:
    return Preset(
        key="other",
        title=_("Another provider"),
        domains=frozenset(),
        imap=_tls(f"mail.{domain}", 993),
        smtp=_tls(f"mail.{domain}", 465),
        note=_("The servers are a guess. Your provider's help pages name them under IMAP and SMTP."),
    )
