"""Mail for other modules: a payroll or billing module calls this, or posts the same to /api/v1/messages."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.http import Http404
from django.utils.translation import gettext as _

from apps.accounts.preferences import preferences_of
from apps.contacts.models import Entity
from apps.core.refusals import Refused
from apps.messaging.models import Draft, MailMessage, SentDocument
from apps.messaging.recipients import Row, check_recipients, read_rows
from apps.messaging.selectors.sending import sending_account
from apps.messaging.services.draft_files import attach_file
from apps.messaging.services.drafts import Beginning, begin_draft
from apps.messaging.services.sending import send_draft
from apps.messaging.services.template_insertion import current_version

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.messaging.models import MailTemplateVersion
    from apps.messaging.services.template_language import Rendered

_ENTITIES = "contacts.entity"
_MOST_CONTEXT = 200_000  # letters of JSON


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes with the mail; its type is told by its content."""

    filename: str
    content: bytes


class KeyUsedOtherwise(Refused):
    """The same idempotency key came with another mail."""

    def __init__(self) -> None:
        super().__init__(_("This idempotency key was used for another mail already."))


@transaction.atomic
def send_document(
    *,
    actor: User,
    template: str,
    recipients: Sequence[str],
    context: Mapping[str, Any],
    attachments: Sequence[Enclosure] = (),
    idempotency_key: str,
    now: datetime,
) -> MailMessage:
    """Queue a mail of the template with key `template`, filled with `context`, from the actor's first mailbox.

    `recipients` are addresses, "Name <address>" or "contact:12"; a single contact is whom the mail is about: its
    fields are known to the template as `contact`, its language is the mail's. Nothing waits for an undo. The same
    `idempotency_key` of the same actor sends once and returns the first message.

    Raises ValidationError by argument ("template", "recipients", "context", "attachments", "account"),
    KeyUsedOtherwise.
    """
    digest = _digest(template, recipients, context, attachments)
    if (sent := _earlier(actor, idempotency_key, digest)) is not None:
        return sent
    rows, entity = _recipients(actor, recipients)
    version = _version(actor, template, entity)
    rendered = _filled(actor, version, context, entity)
    draft = begin_draft(
        actor=actor,
        wanted=Beginning(
            account=sending_account(actor),
            to=rows,
            subject=rendered.subject,
            body=rendered.body_html,
            language=version.language,
            template_version=version,
            context_type=_ENTITIES if entity is not None else "",
            context_id=entity.pk if entity is not None else None,
        ),
        now=now,
    )
    for each in attachments:
        attach_file(actor=actor, draft=draft, content=each.content, filename=each.filename, now=now)
    message = _sent(actor, draft, now)
    SentDocument.objects.create(author=actor, key=idempotency_key[:200], digest=digest, message=message, created_at=now)
    return message


def _earlier(actor: User, key: str, digest: str) -> MailMessage | None:
    """What was sent under this key before; a second call waits here until the first has committed or failed."""
    if not key or len(key) > 200:
        raise ValidationError({"idempotency_key": _("Give a key of at most 200 letters that names this mail.")})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"sent-document:{actor.pk}:{key}"])
    kept = SentDocument.objects.filter(author=actor, key=key).select_related("message").first()
    if kept is None:
        return None
    if kept.digest != digest or kept.message is None:
        raise KeyUsedOtherwise
    return kept.message


def _digest(
    template: str, recipients: Sequence[str], context: Mapping[str, Any], attachments: Sequence[Enclosure]
) -> str:
    try:
        words = json.dumps([template, list(recipients), context], sort_keys=True, default=str)
    except (TypeError, ValueError, RecursionError) as error:
        raise ValidationError({"context": _("The context is no plain data.")}) from error
    if len(words) > _MOST_CONTEXT:
        raise ValidationError({"context": _("The context is too large.")})
    hasher = hashlib.sha256(words.encode())
    for each in attachments:
        hasher.update(hashlib.sha256(each.filename.encode() + b"\0" + each.content).digest())
    return hasher.hexdigest()


def _recipients(actor: User, recipients: Sequence[str]) -> tuple[list[Row], Entity | None]:
    rows: list[Row] = []
    entities = []
    if any(sign in text for text in recipients for sign in "\r\n\x00"):
        raise ValidationError({"recipients": _("A recipient is one line.")})
    for text in recipients:
        kind, _colon, key = text.partition(":")
        if kind != "contact":
            rows += read_rows([text])
            continue
        seen = Entity.objects.visible_to(actor).live()
        entity = seen.filter(pk=int(key)).first() if key.isdecimal() and len(key) < 19 else None
        if entity is None or not entity.primary_email:
            words = _("%(name)s is no contact with an e-mail address.")
            raise ValidationError({"recipients": words % {"name": text[:60]}})
        entities.append(entity)
        rows.append([entity.display_name, entity.primary_email])
    with _by_argument():
        check_recipients(to=rows, cc=[], bcc=[], subject="")
    return rows, entities[0] if len(entities) == 1 == len(rows) else None


def _version(actor: User, template: str, entity: Entity | None) -> MailTemplateVersion:
    language = (entity.language if entity is not None else "") or preferences_of(actor).language
    try:
        return current_version(actor, template, language)
    except Http404 as error:
        raise ValidationError({"template": _("There is no template “%(key)s”.") % {"key": template[:60]}}) from error


def _filled(actor: User, version: MailTemplateVersion, context: Mapping[str, Any], entity: Entity | None) -> Rendered:
    """The record's own values below the caller's; a gap is a mistake of the caller, not something to send."""
    from apps.messaging.services.template_context import context_of
    from apps.messaging.services.template_language import TemplateProblem, render

    known = context_of(actor, _ENTITIES if entity else "", entity.pk if entity else None, version.language)
    try:
        rendered = render(version, {**known, **context}, language=version.language)
    except (TemplateProblem, TypeError) as error:
        raise ValidationError({"context": _("The template can't be filled: %(why)s") % {"why": error}}) from error
    if rendered.missing:
        words = _("The template needs what the context doesn't have: %(names)s.")
        raise ValidationError({"context": words % {"names": ", ".join(rendered.missing)}})
    return rendered


def _sent(actor: User, draft: Draft, now: datetime) -> MailMessage:
    with _by_argument():
        return send_draft(actor=actor, draft=draft, now=now, delay=timedelta())


@contextmanager
def _by_argument() -> Iterator[None]:
    """The draft's "to" is the caller's "recipients"."""
    try:
        yield
    except ValidationError as error:
        told = {"recipients" if name == "to" else name: words for name, words in error.message_dict.items()}
        raise ValidationError(told) from error
