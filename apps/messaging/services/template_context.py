"""The values a template is filled with, of one record and its sender."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import Http404

from apps.core import clock
from apps.messaging.services.template_contexts import CONTACT, SHARED, template_contexts

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.messaging.models import MailTemplate


def subject_of(template: MailTemplate, *, entity_id: int | None, record_id: int | None) -> tuple[str, int | None]:
    """Type and id of the record that a mail by this template is filled from, for `context_of` and for its draft.

    A template for contacts takes the recipient, any other the record that the mail is written from.
    """
    if template.context_type in (SHARED, CONTACT):
        return (CONTACT, entity_id) if entity_id is not None else (SHARED, None)
    return template.context_type, record_id


def context_of(
    user: User,
    context_type: str,
    record_id: int | None,
    language: str,
    *,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Plain values for `template_language.render`: of the record, the sender, the house and the day.

    Raises Http404 for a record that `user` may not see, and for a type that nobody registered.
    """
    moment = now or clock.now()
    found: dict[str, Any] = {}
    for key, record in ((SHARED, 0), (context_type, record_id)):
        context = template_contexts.get(key)
        if context is None:
            raise Http404
        if record is not None:
            found |= context.read(user, record, language, moment)
    return found
