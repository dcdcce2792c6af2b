"""A task given to somebody goes to them as a mail that their program takes as a to-do (VTODO, RFC 5546 and 6047)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext as _

from apps.accounts.formatting import date_text
from apps.accounts.models import User
from apps.accounts.preferences import reading_as
from apps.activities.formats.ical_items import Person
from apps.activities.formats.ical_write import write_calendar
from apps.activities.models import Task
from apps.activities.selectors.calendar_items import todo_of
from apps.core.services.outbox import queue_message

if TYPE_CHECKING:
    from apps.accounts.models import Preferences

MOST = 20  # tasks given at once; who hands over more than that is not writing letters


def mail_tasks(given: Mapping[int, Collection[int]], *, actor: User, now: datetime) -> int:
    """Mail each of these tasks to whom it was given, by user ids; returns how many mails are queued."""
    if len(given) > MOST:
        return 0
    users = User.objects.filter(pk__in={pk for ids in given.values() for pk in ids}, is_active=True)
    people = {user.pk: user for user in users.select_related("preferences")}
    sent = 0
    for task in Task.objects.filter(pk__in=given).select_related("activity", "activity__actor").order_by("pk"):
        asked = [people[pk] for pk in given[task.pk] if pk in people]
        item = replace(todo_of(task), people=[Person(user.email, str(user)) for user in asked])
        content = write_calendar([item], stamp=now, method="REQUEST")
        for user in asked:
            if user.email:
                with reading_as(user) as preferences:
                    message = _message(task, user, content, actor, preferences)
                queue_message(message=message, now=now, dedupe_key=f"task:{task.pk}:{user.pk}:{now.isoformat()}")
                sent += 1
    return sent


def _message(task: Task, user: User, content: bytes, actor: User, preferences: Preferences) -> EmailMultiAlternatives:
    title = task.activity.subject
    first = _("%(name)s asks you to do this.") % {"name": actor}
    due = [_("Due: %(day)s") % {"day": date_text(preferences, task.due_on, weekday=True)}] if task.due_on else []
    body = "\n".join([first, "", title, *due, *(["", task.activity.snippet] if task.activity.snippet else [])])
    subject = " ".join((_("Task: %(title)s") % {"title": title}).split())
    message = EmailMultiAlternatives(subject, body, to=[user.email], reply_to=[actor.email])
    message.attach_alternative(content.decode(), "text/calendar; method=REQUEST")
    message.attach("task.ics", content, "application/ics")
    return message
