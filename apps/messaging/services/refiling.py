"""On whose timelines a mail stands, where its addresses don't tell, or tell wrong."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.activities.models import Activity
from apps.activities.services.recording import set_entities
from apps.contacts.models import Entity
from apps.core.services.operations import operate
from apps.messaging.models import MailAccount, MailCopy, MailMessage
from apps.messaging.services.filing import file_messages
from apps.messaging.services.stamping import stamp_messages

if TYPE_CHECKING:
    from apps.accounts.models import User


@transaction.atomic
def refile_message(*, actor: User, message: MailMessage, entities: Sequence[Entity], now: datetime) -> int | None:
    """Let the mail stand with exactly these of the contacts that the actor sees; those they don't see stay.

    Returns the operation. Raises PermissionDenied unless a copy lies in a mailbox of the actor's, ValidationError for
    a mail that has no entry in the history (spam).
    """
    mine = MailAccount.objects.visible_to(actor)
    copies = MailCopy.objects.present().filter(message=message)
    if not copies.filter(account__in=mine).exists():
        raise PermissionDenied
    if message.activity_id is None:
        file_messages([message], now=now)
        message.refresh_from_db(fields=["activity"])
    if message.activity_id is None:
        raise ValidationError({"entities": _("This mail has no entry in the history.")})
    activity = Activity.objects.select_for_update().get(pk=message.activity_id)
    links = activity.participants.filter(via_employer=False)
    unseen = Entity.objects.filter(pk__in=links.values("entity")).exclude(
        pk__in=Entity.objects.visible_to(actor).values("pk")
    )
    with operate(actor=actor, verb="mail.filed", now=now) as recorder:
        set_entities(activity, [*entities, *unseen], now=now, recorder=recorder)
        stamp_messages([message.pk], today=now.date())
        return recorder.operation.pk
