"""One recipient's mail out of a merge's pattern: its words filled with their own record, in their language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from apps.messaging.models import Draft, DraftAttachment
from apps.messaging.services.bodies import clean_body
from apps.messaging.services.languages import language_of
from apps.messaging.services.sending import send_draft
from apps.messaging.services.template_context import context_of
from apps.messaging.services.template_language import TemplateProblem, render

if TYPE_CHECKING:
    from apps.messaging.models import MailMerge, MergeRecipient

log = structlog.get_logger(__name__)

_ENTITIES = "contacts.entity"


@dataclass(frozen=True, slots=True)
class _Words:
    subject: str
    body: str


def send_one(merge: MailMerge, recipient: MergeRecipient, *, reason: str, now: datetime) -> None:
    """Queue their mail, or note why not, within the caller's transaction."""
    if not reason:
        try:
            with transaction.atomic():
                recipient.message = send_draft(
                    actor=merge.author, draft=_draft_for(merge, recipient, now), now=now, delay=timedelta()
                )
        except ValidationError as error:
            reason = " ".join(error.messages)
        except (
            OSError,
            ValueError,
            PermissionDenied,
        ) as error:  # a lost file, words that make no mail: the others go on
            log.exception("mail.merge.recipient_failed", recipient_id=recipient.pk, error=type(error).__name__)
            reason = _("Their mail could not be made: an error of ours, which was noted.")
        except Http404:
            reason = _("You may not see this contact any more.")
    recipient.error, recipient.done_at = reason[:300], now
    recipient.save(update_fields=["message", "error", "done_at"])


def _draft_for(merge: MailMerge, recipient: MergeRecipient, now: datetime) -> Draft:
    pattern = merge.draft
    subject, body, language = _filled(merge, recipient)
    draft = Draft.objects.create(
        author=merge.author,
        account=pattern.account,
        to=[[recipient.name, recipient.address]],
        subject=subject,
        body=body,
        is_plain=pattern.is_plain,
        is_urgent=pattern.is_urgent,
        wants_receipt=pattern.wants_receipt,
        is_encrypted=pattern.is_encrypted,
        language=language,
        template_version=pattern.template_version,
        context_type=_ENTITIES if recipient.entity_id else "",
        context_id=recipient.entity_id,
        created_at=now,
        modified_at=now,
    )
    names = ("file_id", "filename", "content_type", "content_id", "is_inline", "position")
    files = pattern.attachments.exclude(file=None)
    DraftAttachment.objects.bulk_create(
        [DraftAttachment(draft=draft, **{name: getattr(each, name) for name in names}) for each in files]
    )
    return draft


def _filled(merge: MailMerge, recipient: MergeRecipient) -> tuple[str, str, str]:
    """Raises ValidationError for a gap, Http404 for a contact that the author doesn't see any more."""
    pattern, entity = merge.draft, recipient.entity
    language = language_of(entity) or pattern.language or "en"
    context = context_of(merge.author, _ENTITIES if entity else "", recipient.entity_id, language)
    try:
        rendered = render(_Words(pattern.subject, pattern.body), context, language=language)
    except TemplateProblem as problem:
        raise ValidationError(_("The words can't be filled: %(why)s") % {"why": problem}) from problem
    if rendered.missing:
        raise ValidationError(_("Not known of this contact: %(names)s") % {"names": ", ".join(rendered.missing)})
    return rendered.subject, clean_body(rendered.body_html), language
