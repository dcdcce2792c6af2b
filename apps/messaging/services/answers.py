"""Reply, reply to all, pass on: to whom, under which subject, with what was written before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from email.parser import BytesHeaderParser
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from apps.accounts.formatting import datetime_text
from apps.accounts.preferences import preferences_of
from apps.core.services import files
from apps.messaging.mime.parsing import parse_message
from apps.messaging.models import MailAccount, MailAddress
from apps.messaging.recipients import Row, is_address
from apps.messaging.selectors.sending import sending_accounts
from apps.messaging.services.bodies import as_html, clean_body, content_ids
from apps.messaging.services.draft_files import PICTURES, add_stored
from apps.messaging.services.drafts import Beginning, begin_draft
from apps.messaging.services.file_types import safe_filename, type_of

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.messaging.mime.message import ParsedMessage
    from apps.messaging.models import Draft, MailMessage

MODES = ("reply", "all", "forward")
Role = MailAddress.Role
# What mail programs put before the subject of an answer, or of what is passed on.
_ANSWER = re.compile(r"\s*(re|aw|antw|sv|vs|rif|rv|odp|відп|ответ)\s*(\[\d+\])?\s*:", re.IGNORECASE)
_PASSED_ON = re.compile(r"\s*(fwd?|wg|tr|i|пересл|fs)\s*:", re.IGNORECASE)
_LIST_POST = re.compile(r"<mailto:([^>?]+)", re.IGNORECASE)


@transaction.atomic
def begin_answer(*, actor: User, message: MailMessage, mode: str, now: datetime) -> Draft:
    """A draft that answers `message` or passes it on; the caller has seen that `actor` may read it.

    `mode` is one of MODES. Quoted pictures stay pictures; what is passed on takes its files along.
    Raises ValidationError under "attachments" for a virus in them, FileNotFoundError where the raw message is lost.
    """
    raw = _raw_of(message)
    parsed = parse_message(raw)
    to, cc = ([], []) if mode == "forward" else _recipients(message, mode, actor, _list_address(raw))
    written = clean_body(parsed.html) if parsed.html else as_html(parsed.text or message.text)
    draft = begin_draft(
        actor=actor,
        wanted=Beginning(
            account=_account_of(message, actor),
            to=to,
            cc=cc,
            subject=_subject(message.subject, mode),
            quote=_passed_on(message, written, actor) if mode == "forward" else _quoted(message, written, actor),
            language=message.language,
            reply_to=message,
            is_forward=mode == "forward",
            context_type=message.context_type,
            context_id=message.context_id,
        ),
        now=now,
    )
    _take_files(draft, parsed, shown=content_ids(written), all_of_them=mode == "forward", now=now)
    return draft


def _raw_of(message: MailMessage) -> bytes:
    if message.raw is None:
        return b""
    with files.open_file(message.raw) as content:
        return content.read()


def _account_of(message: MailMessage, actor: User) -> MailAccount | None:
    """The mailbox that it came to; what a colleague shared is answered from one's own."""
    return sending_accounts(actor).filter(copies__message=message.pk).first()


def _recipients(message: MailMessage, mode: str, actor: User, list_address: str) -> tuple[list[Row], list[Row]]:
    """Reply-To before From (RFC 5322, 3.6.2); one's own mail is answered to whom it went; the list gets all answers."""
    named: dict[str, list[Row]] = {}
    for each in message.addresses.order_by("position", "pk"):
        named.setdefault(each.role, []).append([each.name, each.address])
    own = {*MailAccount.objects.visible_to(actor).values_list("address", flat=True), actor.email.lower()}
    sender = named.get(Role.REPLY_TO) or named.get(Role.FROM, [])
    to, cc = named.get(Role.TO, []), named.get(Role.CC, [])
    first = to if message.is_outgoing else sender
    if mode == "reply":
        return _others(first, own) or first, []
    answered = _others(first, own) or first
    rest = [*cc] if message.is_outgoing else [*to, *cc]
    if list_address and is_address(list_address):
        rest.append(["", list_address])
    known = own | {row[1].lower() for row in answered}
    return answered, _others(rest, known)


def _others(rows: Sequence[Row], known: set[str]) -> list[Row]:
    found = {row[1].lower(): list(row) for row in rows if row[1].lower() not in known}
    return list(found.values())


def _list_address(raw: bytes) -> str:
    """Where a mailing list takes its answers (RFC 2369, 3.4)."""
    head = BytesHeaderParser().parsebytes(raw[:200_000])
    found = _LIST_POST.search(str(head.get("List-Post", "")))
    return found[1].strip() if found else ""


def _subject(subject: str, mode: str) -> str:
    mark, pattern = ("Fwd:", _PASSED_ON) if mode == "forward" else ("Re:", _ANSWER)
    return subject if pattern.match(subject) else f"{mark} {subject}".strip()


def _quoted(message: MailMessage, written: str, actor: User) -> str:
    when = datetime_text(preferences_of(actor), message.happened_at, weekday=True)
    who = message.sender_name or message.sender_address
    line = _("On %(when)s, %(who)s wrote:") % {"when": when, "who": who}
    return f"{format_html('<p></p><p>{}</p>', line)}<blockquote>{written}</blockquote>"


def _passed_on(message: MailMessage, written: str, actor: User) -> str:
    """Its head in words, then the whole of it."""
    when = datetime_text(preferences_of(actor), message.happened_at, weekday=True)
    named: dict[str, list[str]] = {}
    for each in message.addresses.order_by("position", "pk"):
        named.setdefault(each.role, []).append(f"{each.name} <{each.address}>" if each.name else each.address)
    head = [
        (_("From"), ", ".join(named.get(Role.FROM, [message.sender_address]))),
        (_("Date"), when),
        (_("Subject"), message.subject),
        (_("To"), ", ".join(named.get(Role.TO, []))),
        (_("Cc"), ", ".join(named.get(Role.CC, []))),
    ]
    lines = format_html_join("", "<br>{}: {}", ((name, value) for name, value in head if value))
    title = _("Forwarded message")
    return f"{format_html('<p></p><p>---------- {} ----------{}</p>', title, lines)}{written}"


def _take_files(draft: Draft, parsed: ParsedMessage, *, shown: set[str], all_of_them: bool, now: datetime) -> None:
    for each in parsed.attachments:
        name = each.filename or "file"
        is_named = bool(each.content_id) and each.content_id in shown
        # What the text names as a picture may be one that mails can't show: then it is a file like others.
        is_shown = is_named and type_of(each.content[:4096], safe_filename(name)) in PICTURES
        if not is_shown and not (all_of_them and (is_named or not each.is_inline)):
            continue
        kept = files.store(each.content, mime_type=each.content_type, now=now)
        add_stored(
            draft=draft,
            file=kept,
            filename=name,
            now=now,
            is_inline=is_shown,
            content_id=each.content_id,
        )
