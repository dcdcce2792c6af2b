"""From a draft to the raw message: which form its words take, and with which files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.core.services import files
from apps.messaging.recipients import Row
from apps.messaging.selectors.sending import plain_only, public_keys
from apps.messaging.services import bodies
from apps.messaging.services.encryption import encrypt_mail
from apps.messaging.services.outgoing import Outgoing, Piece, build_message
from apps.messaging.services.template_language import has_gap

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.core.models import File
    from apps.messaging.models import Draft, MailAccount, MailMessage


@dataclass(frozen=True, slots=True)
class Composed:
    """The message as it goes over the wire; `text` is what it says in plain words, also where `raw` is encrypted."""

    raw: bytes
    text: str
    has_html: bool


def everybody(draft: Draft) -> list[str]:
    """All its addresses, each once."""
    rows = [*draft.to, *draft.cc, *draft.bcc]
    return list({row[1].lower(): row[1] for row in rows}.values())


def goes_plain(draft: Draft, *, user: User) -> bool:
    """One body goes to all: it is plain text where its writer wants that, or any recipient takes nothing else."""
    return draft.is_plain or bool(plain_only(everybody(draft), user=user))


def compose(draft: Draft, message: MailMessage, account: MailAccount, *, actor: User) -> Composed:
    """Build what goes over the wire, with the ids and times of `message`. Raises ValidationError by field."""
    text, is_plain = bodies.as_text(draft.body), goes_plain(draft, user=actor)
    mail = Outgoing(
        message_id=message.message_id,
        sender=(account.display_name, account.address),
        to=_pairs(draft.to),
        cc=_pairs(draft.cc),
        subject=draft.subject,
        text=text,
        html="" if is_plain else draft.body,
        pieces=_pieces(draft, is_plain=is_plain),
        sent_at=message.happened_at,
        in_reply_to=message.in_reply_to,
        references=message.references,
        is_urgent=draft.is_urgent,
        wants_receipt=draft.wants_receipt,
    )
    if not draft.is_encrypted:
        return Composed(build_message(mail), text, not is_plain)
    addresses = everybody(draft)
    keys = public_keys([*addresses, account.address], user=actor)
    own_key = keys.get(account.address, "")
    return Composed(encrypt_mail(mail, addresses=addresses, keys=keys, own_key=own_key), text, has_html=False)


def refuse_unready(draft: Draft) -> None:
    """Raises ValidationError: "subject" and "body" for a template's open gap, "attachments" for a document not set."""
    gap = _("The template left a gap where something is not known. Fill or remove it.")
    if gaps := [name for name in ("subject", "body") if has_gap(getattr(draft, name))]:
        raise ValidationError(dict.fromkeys(gaps, gap))
    if failed := draft.attachments.exclude(error="").order_by("position").first():
        words = _("%(name)s could not be made: %(error)s Remove it or attach it anew.")
        raise ValidationError({"attachments": words % {"name": failed.filename, "error": failed.error}})


def _pairs(rows: Sequence[Row]) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in rows]


def _pieces(draft: Draft, *, is_plain: bool) -> list[Piece]:
    """Its files; a picture that the text no longer shows stays behind, one that plain text can't show too."""
    shown = set() if is_plain else bodies.content_ids(draft.body)
    rows = draft.attachments.exclude(file=None).select_related("file").order_by("position", "pk")
    return [
        Piece(row.filename, row.content_type, _bytes_of(row.file), row.content_id, row.is_inline)
        for row in rows
        if not row.is_inline or row.content_id in shown
    ]


def _bytes_of(file: File | None) -> bytes:
    if file is None:
        return b""
    with files.open_file(file) as content:
        return content.read()
