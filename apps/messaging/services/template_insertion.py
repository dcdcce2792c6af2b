"""A template's words put into a draft, in its language, filled with the record that it is about."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from apps.messaging.models import MailTemplate, MailTemplateVersion
from apps.messaging.services.bodies import clean_body
from apps.messaging.services.drafts import DraftChanged, signature_of, touch, writable_draft

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.messaging.models import Draft


@transaction.atomic
def insert_template(
    *, actor: User, draft: Draft, version: int, key: str, now: datetime, record_id: int | None = None
) -> Draft:
    """Set subject and words of the draft by the template `key`; the signature stays below.

    It is filled with the contact that the draft is about, and with `record_id` where it wants another kind of record.

    Raises Http404 for a template that there isn't, ValidationError where it can't be filled, DraftChanged.
    """
    from apps.messaging.services.template_context import context_of
    from apps.messaging.services.template_language import TemplateProblem, render

    locked = writable_draft(actor, draft)
    if locked.version != version:
        raise DraftChanged
    found = current_version(actor, key, locked.language)
    context = context_of(actor, locked.context_type, locked.context_id, found.language)
    wanted = found.template.context_type
    if wanted not in ("", locked.context_type):
        context |= context_of(actor, wanted, record_id, found.language)
    try:
        rendered = render(found, context, language=found.language)
    except TemplateProblem as problem:
        raise ValidationError({"body": _("The template can't be filled: %(why)s") % {"why": problem}}) from problem
    locked.subject = rendered.subject
    locked.body = clean_body(f"{rendered.body_html}{signature_of(locked.account)}")
    locked.template_version, locked.language = found, found.language
    touch(locked, now=now)
    locked.save()
    return locked


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
