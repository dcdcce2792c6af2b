"""What is typed about a mailbox, made clean; what can't be so is refused with words at its field."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import nh3
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.html import escape
from django.utils.translation import gettext as _

from apps.core.hosts import is_allowed
from apps.messaging.models import MailAccount
from apps.messaging.recipients import is_address

if TYPE_CHECKING:
    from apps.contacts.models import Folder

_HOST = re.compile(r"(?=.{1,253}$)(?!-)[\w-]{1,63}(\.[\w-]{1,63})*\.?")
_SIGNATURE_TAGS = {"a", "b", "br", "div", "em", "hr", "i", "li", "ol", "p", "span", "strong", "u", "ul"}
# "Ann <ann@example.com>" is none.
_HTML = re.compile(rf"</?({'|'.join(sorted(_SIGNATURE_TAGS))}|script|style|font|table|img)[\s/>]", re.IGNORECASE)
_ATTRIBUTES = {"a": {"href"}}
_SCHEMES = {"http", "https", "mailto", "tel"}
LONGEST_SIGNATURE = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountInput:
    """A mailbox as its form has it. `password` is plain; "" keeps the one that is there. `signature` is HTML or text.

    Without `imap_host` nothing is received, without `smtp_host` nothing is sent.
    """

    address: str
    display_name: str = ""
    auth: str = MailAccount.Auth.PASSWORD
    login: str = ""
    password: str = ""
    imap_host: str = ""
    imap_port: int = 993
    imap_security: str = MailAccount.Security.TLS
    smtp_host: str = ""
    smtp_port: int = 465
    smtp_security: str = MailAccount.Security.TLS
    signature: str = ""
    sharing: str = MailAccount.Sharing.PRIVATE
    unknown_senders: str = MailAccount.UnknownSenders.ALWAYS
    unknown_folder: Folder | None = None
    voicemail_sender: str = ""
    sync_interval: int = 5
    is_watched: bool = True
    keeps_sent: bool = True


# Where the password goes, and as whom: with another one of these it has to be typed again.
_PLACES = ("login", "imap_host", "imap_port", "imap_security", "smtp_host", "smtp_port", "smtp_security", "auth")


def cleaned(data: AccountInput) -> AccountInput:
    """Return `data` in the form in which it is kept. Raises ValidationError by field."""
    errors: dict[str, str] = {}
    address = data.address.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        errors["address"] = _("This is no e-mail address.")
    if not is_address(address):
        errors["address"] = _("This is no e-mail address.")
    for name in ("display_name", "login", "password"):
        if not getattr(data, name).isprintable():
            errors[name] = _("There is a character in it that can't be seen.")
    for name in ("imap_host", "smtp_host"):
        if words := _wrong_with_host(getattr(data, name)):
            errors[name] = words
    for name in ("imap_port", "smtp_port"):
        if not 1 <= getattr(data, name) <= 65535:
            errors[name] = _("Ports go from 1 to 65535.")
    if not data.imap_host.strip() and not data.smtp_host.strip():
        errors["imap_host"] = _("Name at least one server: without one, mail neither comes nor goes.")
    if errors:
        raise ValidationError(dict(errors))
    return replace(
        data,
        address=address,
        display_name=" ".join(data.display_name.split()),
        login=data.login.strip(),
        imap_host=data.imap_host.strip().lower(),
        smtp_host=data.smtp_host.strip().lower(),
        signature=clean_signature(data.signature),
        voicemail_sender=data.voicemail_sender.strip().lower(),
    )


def clean_signature(text: str) -> str:
    """Safe HTML of what was typed: plain text gets its lines, HTML loses all that a signature doesn't need."""
    text = text.replace("\x00", "").strip()[:LONGEST_SIGNATURE]
    if not _HTML.search(text):
        return "<br>".join(escape(line) for line in text.splitlines())
    return nh3.clean(text, tags=_SIGNATURE_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES)


def goes_elsewhere(account: MailAccount, data: AccountInput) -> bool:
    """Would the secret that is kept be shown to another server, or in another way, than the one it was given for?"""
    return any(getattr(account, name) != getattr(data, name) for name in _PLACES)


def _wrong_with_host(host: str) -> str:
    name = host.strip()
    if not name:
        return ""
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return "" if _HOST.fullmatch(name) else _("Only the name of the server belongs here: mail.example.com.")
    return (
        "" if is_allowed(str(address)) else _("This address lies in a private network. An administrator can allow it.")
    )
