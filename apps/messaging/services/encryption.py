"""OpenPGP for a mail that leaves: PGP/MIME (RFC 3156), to the keys that its recipients' contacts bear."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from email.message import EmailMessage

import pysequoia
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.messaging.services.outgoing import POLICY, Outgoing, build_content, headers_of


def encrypt_mail(mail: Outgoing, *, addresses: Sequence[str], keys: Mapping[str, str], own_key: str = "") -> bytes:
    """The whole message, its words and files readable to `addresses` alone, and to `own_key` where there is one.

    `keys` maps addresses in lower case to armoured keys. The subject stays readable on the way. Raises
    ValidationError under "is_encrypted": who has no key, whose key can't be used.
    """
    missing = [address for address in addresses if address.lower() not in keys]
    if missing:
        words = ngettext(
            "There is no key for %(list)s, so the mail can't be encrypted. Nothing was sent.",
            "There are no keys for %(list)s, so the mail can't be encrypted. Nothing was sent.",
            len(missing),
        )
        raise ValidationError({"is_encrypted": words % {"list": ", ".join(missing[:10])}})
    certificates = [_certificate(address, keys[address.lower()]) for address in dict.fromkeys(addresses)]
    if own_key:
        certificates.append(_certificate(mail.sender[1], own_key))
    try:
        sealed = pysequoia.encrypt(build_content(mail), recipients=certificates)
    except Exception as error:  # the library raises nothing narrower
        words = _("The mail could not be encrypted: a key is too old, revoked or not made for it. Nothing was sent.")
        raise ValidationError({"is_encrypted": words}) from error
    return _sealed_message(mail, bytes(sealed))


def _certificate(address: str, key: str) -> pysequoia.Cert:
    try:
        return pysequoia.Cert.from_bytes(key.encode())
    except Exception as error:  # the library raises nothing narrower
        words = _("The key of %(address)s can't be read, so the mail can't be encrypted. Nothing was sent.")
        raise ValidationError({"is_encrypted": words % {"address": address}}) from error


def _sealed_message(mail: Outgoing, sealed: bytes) -> bytes:
    message = headers_of(mail)
    message["MIME-Version"] = "1.0"
    message["Content-Type"] = 'multipart/encrypted; protocol="application/pgp-encrypted"'
    message.attach(_part("application", "pgp-encrypted", b"Version: 1\r\n", ""))
    message.attach(_part("application", "octet-stream", sealed, "encrypted.asc"))
    return bytes(message)


def _part(kind: str, subtype: str, content: bytes, filename: str) -> EmailMessage:
    """Armour is text of seven bits: programs find it quicker unpacked, and RFC 3156 wants it so."""
    part = EmailMessage(policy=POLICY)
    part["Content-Type"] = f"{kind}/{subtype}"
    if filename:
        part["Content-Disposition"] = f'inline; filename="{filename}"'
    part["Content-Transfer-Encoding"] = "7bit"
    part.set_payload(content.decode("ascii"))
    return part
