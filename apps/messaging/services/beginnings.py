"""What a mail begins with that some page asks for: whom to, about what, by which template and document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404

from apps.activities.models import Meeting
from apps.activities.services.feeds import meeting_file
from apps.contacts.models import Entity
from apps.core.contributions import document_of
from apps.messaging.models import Draft, MailTemplate
from apps.messaging.services.crowds import expand
from apps.messaging.services.draft_contact import bearer_of, recipient_of
from apps.messaging.services.draft_files import attach_document, attach_file
from apps.messaging.services.drafts import Beginning, begin_draft, find_untouched
from apps.messaging.services.languages import language_of
from apps.messaging.services.template_insertion import insert_template

if TYPE_CHECKING:
    from apps.accounts.models import User

ENTITIES = "contacts.entity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """As an address names it. `document` is a key of `contributions.documents`, made of `record_id` or the entity."""

    to: Sequence[str] = ()
    bcc: Sequence[str] = ()
    subject: str = ""
    entity_id: int | None = None
    template: str = ""
    document: str = ""
    record_id: int | None = None
    event: int | None = None  # a meeting whose .ics goes with it


@transaction.atomic
def begin(*, actor: User, wish: Wish, now: datetime) -> Draft:
    """The draft that the wish asks for; one begun in the same way and left alone is taken up again.

    Raises Http404 for a contact or meeting that `actor` doesn't see, a document or template that there isn't.
    """
    meeting = _meeting(wish.event, actor) if wish.event is not None else None
    entity = None
    if wish.entity_id is not None:
        entity = get_object_or_404(Entity.objects.visible_to(actor), pk=wish.entity_id)
    document, _part = document_of(wish.document) if wish.document else (None, "")
    if wish.document and document is None:
        raise Http404
    template = wish.template or (document.mail_template if document else "")
    if entity is None and template:
        entity = recipient_of(_type_of(template, actor), wish.record_id, user=actor)
    to = expand(wish.to, user=actor)
    if entity is None and len(to) == 1:
        entity = bearer_of(to[0][1], user=actor)
    if entity is not None and not to and entity.primary_email:
        to = [[entity.display_name, entity.primary_email]]
    wanted = Beginning(
        to=_named(to, actor),
        bcc=expand(wish.bcc, user=actor),
        subject=" ".join((wish.subject or (meeting.activity.subject if meeting else "")).split())[:998],
        language=language_of(entity),
        context_type=ENTITIES if entity is not None else "",
        context_id=entity.pk if entity is not None else None,
    )
    if not template and not document and not meeting and (untouched := find_untouched(actor=actor, wanted=wanted)):
        return untouched
    draft = begin_draft(actor=actor, wanted=wanted, now=now)
    if template:
        insert_template(
            actor=actor, draft=draft, version=draft.version, key=template, record_id=wish.record_id, now=now
        )
    record_id = wish.record_id if wish.record_id is not None else wish.entity_id
    if document is not None and record_id is not None:
        attach_document(actor=actor, draft=draft, key=wish.document, record_id=record_id, now=now)
    if meeting is not None:
        content = meeting_file(meeting, user=actor, now=now)
        name = f"{meeting.activity.subject[:80]}.ics"
        attach_file(actor=actor, draft=draft, content=content, filename=name, content_type="text/calendar", now=now)
    draft.refresh_from_db()
    return draft


def _meeting(key: int, actor: User) -> Meeting:
    found = Meeting.objects.visible_to(actor).select_related("activity", "series", "organiser")
    return get_object_or_404(found, pk=key)


def _type_of(template: str, actor: User) -> str:
    """Of which records a template is about."""
    found = MailTemplate.objects.visible_to(actor).in_use().filter(key=template).values_list("context_type", flat=True)
    return found.first() or ""


def _named(rows: list[list[str]], actor: User) -> list[list[str]]:
    """Bare addresses get the names of the contacts that bear them."""
    bare = [row[1] for row in rows if not row[0]]
    if not bare:
        return rows
    found = Entity.objects.visible_to(actor).live().filter(primary_email__in=[each.lower() for each in bare])
    names = {address.lower(): name for name, address in found.values_list("display_name", "primary_email")}
    return [[row[0] or names.get(row[1].lower(), ""), row[1]] for row in rows]
