"""The question in which language somebody is written to, asked in the first mail to them and never again."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from apps.messaging.services.bodies import as_text
from apps.messaging.services.draft_contact import contact_of
from apps.messaging.services.draft_files import attach_document
from apps.messaging.services.drafts import touch, writable_draft
from apps.messaging.services.languages import language_of, remember_language
from apps.messaging.services.template_insertion import current_version, words_of

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.contacts.models import Entity
    from apps.messaging.models import Draft


def asks_language_of(draft: Draft, *, user: User) -> Entity | None:
    """The contact whose language the writer has to tell; None where it is known, or there is no contact."""
    entity = contact_of(draft, user=user)
    return entity if entity is not None and not language_of(entity) else None


@transaction.atomic
def answer_language(*, actor: User, draft: Draft, language: str, now: datetime) -> Draft:
    """Write the draft in `language` and keep it on its contact.

    A template's words that nobody has touched, and documents, are made anew in it; what was typed stays.
    Nobody to ask about: nothing happens. Raises ValidationError under "language", PermissionDenied, DraftSent.
    """
    locked = writable_draft(actor, draft)
    entity = contact_of(locked, user=actor)
    if entity is None:
        return locked
    remember_language(actor=actor, entity=entity, language=language, now=now)
    before = locked.template_version
    locked.language = language
    if before is not None and _is_untouched(locked, words_of(before, locked, user=actor)):
        locked.template_version = current_version(actor, before.template.key, language)
        locked.subject, locked.body = words_of(locked.template_version, locked, user=actor)
    touch(locked, now=now)
    locked.save()
    for paper in locked.attachments.exclude(document="").exclude(record_id=None).order_by("position"):
        key, record_id = paper.document, paper.record_id or 0
        paper.delete()
        attach_document(actor=actor, draft=locked, key=key, record_id=record_id, now=now)
    return locked


def _is_untouched(draft: Draft, words: tuple[str, str]) -> bool:
    """Whether it says what the template said: an editor writes the same words with other tags and breaks."""
    subject, body = words
    return draft.subject == subject and as_text(draft.body).split() == as_text(body).split()
