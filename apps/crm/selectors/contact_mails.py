"""Mails between the house and its contacts that colleagues may know of, and what is an answer."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.activities.models import ActivityEntity
from apps.messaging.models import MailAccount, MailCopy, MailMessage

# What a program sent back ("out of office") is no answer.
OF_A_PERSON = Q(activity__mail__isnull=True) | Q(activity__mail__automatic="")
_OPEN = Q(account__owner__isnull=True) | ~Q(account__sharing=MailAccount.Sharing.PRIVATE)
_LOST = (MailMessage.State.FAILED, MailMessage.State.BOUNCED)


def open_copies() -> QuerySet[MailCopy]:
    """Copies in mailboxes that are shared, or whose owner lets others see that a mail took place."""
    return MailCopy.objects.filter(_OPEN)


def mails_known(verb: str = "mail.received") -> QuerySet[ActivityEntity]:
    """Which contacts the house's known mails were about, of people's mails alone, and when."""
    links = ActivityEntity.objects.filter(
        activity__kind="mail", activity__verb=verb, activity__removed_at__isnull=True, via_employer=False
    )
    copies = open_copies().filter(message__activity=OuterRef("activity"))
    return links.filter(OF_A_PERSON).filter(Exists(copies))


def unanswered(after: datetime, until: datetime) -> QuerySet[ActivityEntity]:
    """Contacts whose last mail is one of ours of that time: they wrote nothing since, nor did we."""
    later = ActivityEntity.objects.filter(
        OF_A_PERSON,
        entity=OuterRef("entity"),
        occurred_at__gt=OuterRef("occurred_at"),
        activity__kind="mail",
        activity__removed_at__isnull=True,
        via_employer=False,
    )
    sent = mails_known("mail.sent").filter(activity__occurred_at__gt=after, activity__occurred_at__lte=until)
    return sent.exclude(activity__mail__state__in=_LOST).filter(~Exists(later))
