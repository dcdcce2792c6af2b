"""What mailings are about, as those who keep them word it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from apps.core.services.operations import operate, snapshot
from apps.crm.models import MailingTopic
from apps.crm.permissions.mailings import keeps_mailings

if TYPE_CHECKING:
    from apps.accounts.models import User

_KEY_LENGTH = 40


def save_topic(
    *,
    actor: User,
    title: str,
    description: str = "",
    is_active: bool = True,
    topic: MailingTopic | None = None,
    now: datetime,
) -> MailingTopic:
    """Write a new topic, or `topic` anew; its key, once given, stays.

    Raises PermissionDenied, ValidationError under "title".
    """
    if not keeps_mailings(actor):
        raise PermissionDenied
    cleaned = " ".join(title.replace("\x00", "").split())
    if not cleaned:
        raise ValidationError({"title": _("A name is needed.")})
    verb = "mailing_topic.changed" if topic else "mailing_topic.made"
    with operate(actor=actor, verb=verb, now=now) as recorder:
        row = MailingTopic.objects.select_for_update().get(pk=topic.pk) if topic else MailingTopic(key=_key(cleaned))
        before = snapshot(row)
        row.title, row.description, row.is_active = cleaned, " ".join(description.split()), is_active
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise ValidationError({"title": _("There is a topic of this name already.")}) from error
        if topic:
            recorder.updated(row, before)
        else:
            recorder.created(row)
    return row


def _key(title: str) -> str:
    """Its title in letters that a header may bear, and a number where another one has them."""
    word = slugify(title)[: _KEY_LENGTH - 4].strip("-_") or "topic"
    taken = set(MailingTopic.objects.filter(key__startswith=word).values_list("key", flat=True))
    numbered = (f"{word}-{number}" for number in range(2, 1000))
    return word if word not in taken else next(each for each in numbered if each not in taken)
