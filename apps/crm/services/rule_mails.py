"""Mails set rules off: one that came in, and one of ours that nobody answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from apps.activities.models import ActivityEntity
from apps.core.clock import company_day
from apps.crm.models import Rule
from apps.crm.rules.triggers import MAIL_CAME, UNANSWERED, USUAL_WAIT
from apps.crm.selectors.contact_mails import open_copies, unanswered
from apps.crm.services.rule_queue import is_used, note
from apps.messaging.models import MailMessage

_NEWS = timedelta(days=1)  # what a mailbox brings along from before is no news
_LATE = timedelta(days=2)  # how long the house may have slept


def note_mails(messages: Sequence[MailMessage], *, now: datetime) -> int:
    """Mails of people that have just come into mailboxes others may know of; the second copy of one adds nothing."""
    if not is_used(MAIL_CAME):
        return 0
    fresh = [one for one in messages if not one.automatic and one.activity_id and now - one.happened_at < _NEWS]
    copies = open_copies().filter(message__in=fresh)
    told = {copy.message_id for copy in copies}
    count = 0
    for message in fresh:
        if message.pk not in told:
            continue
        links = ActivityEntity.objects.filter(activity=message.activity_id, via_employer=False)
        writers = links.filter(entity__emails__address=message.sender_address).values_list("entity", flat=True)
        facts = {"subject": message.subject}
        count += note(MAIL_CAME, sorted(set(writers)), now=now, facts=facts, occasion=f"mail:{message.pk}")
    return count


def note_unanswered(*, now: datetime) -> int:
    """Mails of ours that have waited as long as a rule says; each once, however often it is looked."""
    wanted = Rule.objects.filter(is_active=True, trigger=UNANSWERED).values_list("options", flat=True)
    count = 0
    for days in sorted({int(options.get("days") or USUAL_WAIT) for options in wanted}):
        until = now - timedelta(days=days)
        by_day: dict[date, set[int]] = {}
        for entity_id, sent_at in unanswered(until - _LATE, until).values_list("entity", "occurred_at"):
            by_day.setdefault(company_day(sent_at), set()).add(entity_id)
        for day, ids in sorted(by_day.items()):
            occasion = f"unanswered:{days}:{day.isoformat()}"
            with transaction.atomic():
                count += note(UNANSWERED, sorted(ids), now=now, facts={"days": days}, occasion=occasion)
    return count
