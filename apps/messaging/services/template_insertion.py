"""A template's words put into a draft, in its language, filled with the record that it is about."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from apps.messaging.models import MailMerge, MailTemplate, MailTemplateVersion
from apps.messaging.services.bodies import clean_body
from apps.messaging.services.draft_contact import contact_of
from apps.messaging.services.drafts import DraftChanged, signature_of, touch, writable_draft
from apps.messaging.services.template_context import context_of, subject_of
from apps.messaging.services.template_contexts import CONTACT
from apps.messaging.services.template_language import TemplateProblem, render

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.messaging.models import Draft


@transaction.atomic
def insert_template(
    *, actor: User, draft: Draft, version: int, key: str, now: datetime, record_id: int | None = None
) -> Draft:
    """Set subject and words of the draft by the template `key`; the signature stays below.

    It is filled with the contact that the draft is written to, and with `record_id` where it wants another kind of
    record: the draft is about that from now on. The pattern of a merge keeps the names, to be filled for each.

    Raises Http404 for a template or record that there isn't, ValidationError where it can't be filled, DraftChanged.
    """
    locked = writable_draft(actor, draft)
    if locked.version != version:
        raise DraftChanged
    found = current_version(actor, key, locked.language)
    entity = contact_of(locked, user=actor)
    if record_id is None and found.template.context_type == locked.context_type:
        record_id = locked.context_id
    kind, record = subject_of(found.template, entity_id=entity.pk if entity else None, record_id=record_id)
    if record is not None:
        locked.context_type, locked.context_id = kind, record
    locked.subject, locked.body = words_of(found, locked, user=actor)
    locked.template_version, locked.language = found, found.language
    touch(locked, now=now)
    locked.save()
    return locked


def words_of(version: MailTemplateVersion, draft: Draft, *, user: User) -> tuple[str, str]:
    """Subject and body as they stand in the draft, filled with what it is about. Raises ValidationError, Http404."""
    if MailMerge.objects.filter(draft=draft.pk).exists():
        return version.subject, clean_body(f"{version.body}{signature_of(draft.account)}")
    entity = contact_of(draft, user=user)
    context = context_of(user, CONTACT, entity.pk if entity else None, version.language)
    if draft.context_id is not None and draft.context_type == version.template.context_type:
        context |= context_of(user, draft.context_type, draft.context_id, version.language)
    try:
        rendered = render(version, context, language=version.language)
    except TemplateProblem as problem:
        raise ValidationError({"body": _("The template can't be filled: %(why)s") % {"why": problem}}) from problem
    return rendered.subject, clean_body(f"{rendered.body_html}{signature_of(draft.account)}")


def current_version(actor: User, key: str, language: str) -> MailTemplateVersion:
    """The words in use: in `language`, else the house's, else any. Raises Http404."""
    template = MailTemplate.objects.visible_to(actor).in_use().filter(key=key).first()
    if template is None:
        raise Http404
    newest = {each.language: each for each in template.versions.order_by("number")}
    wanted = [language, language.partition("-")[0], settings.LANGUAGE_CODE, *sorted(newest)]
    for each in wanted:
        if each in newest:
            return newest[each]
    raise Http404
