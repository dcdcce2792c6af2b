"""Choosing how one wants to be told. No operation tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.preferences import own_zone_of, preferences_of
from apps.accounts.services.preferences import change_preferences
from apps.activities.models import Notice, NoticePreference
from apps.activities.selectors.wishes import Wish, mail_due_at, wishes_of

HOURS = range(24)


@transaction.atomic
def set_wishes(*, actor: User, wishes: Mapping[str, Wish]) -> None:
    """Keep one's wishes for these events; the others stay. What is on its way by mail goes or stays by the new ones.

    Raises ValidationError.
    """
    for event, wish in wishes.items():
        if event not in Notice.Event.values or wish.mail not in NoticePreference.Mail.values:
            raise ValidationError({event: _("There is no such choice.")})
        NoticePreference.objects.update_or_create(
            user=actor, event=event, defaults={"in_app": wish.in_app, "push": wish.push, "mail": wish.mail}
        )


@transaction.atomic
def choose_digest_hour(*, actor: User, hour: int | None, now: datetime) -> None:
    """Have the mails of a day go out at this hour of one's own day; those that wait follow.

    None leaves it as it is. Raises ValidationError.
    """
    if hour is None:
        return
    if hour not in HOURS:
        raise ValidationError({"hour": _("There is no such hour.")})
    if preferences_of(actor).digest_hour != hour:
        change_preferences(actor=actor, changes={"digest_hour": hour}, now=now)


@transaction.atomic
def move_digest(*, user: User, now: datetime) -> None:
    """What waits for the mail of a day goes with the next one, as zone and hour are by now.

    The lock is the one of whoever sends: a notice is moved or mailed, never both.
    """
    User.objects.select_for_update(no_key=True).filter(pk=user.pk).first()
    daily = [event for event, wish in wishes_of(user).items() if wish.mail == NoticePreference.Mail.DAILY]
    own = preferences_of(user)
    due = mail_due_at(NoticePreference.Mail.DAILY, zone=own_zone_of(own), now=now, hour=own.digest_hour)
    waiting = Notice.objects.filter(user=user, mailed_at__isnull=True, mail_due_at__gt=now, event__in=daily)
    waiting.update(mail_due_at=due)
