"""Reports by mail: set up, paused, sent when their turn has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMessage
from django.db import DatabaseError, transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from apps.core.clock import company_day
from apps.core.contributions import reports, works_in_house
from apps.core.documents import DocumentFailed
from apps.core.models import ReportSchedule
from apps.core.reports import Report
from apps.core.reports.asked import read_asked
from apps.core.reports.figures import WORK_MS, TakesLong, figures_of
from apps.core.reports.papers import paper_of
from apps.core.reports.tables import file_rows, file_titles
from apps.core.reports.turns import Turns
from apps.core.services import outbox
from apps.core.tables import CONTENT_TYPES, as_bytes

if TYPE_CHECKING:
    from apps.accounts.models import User

log = structlog.get_logger(__name__)
PDF = "pdf"
_TRIED_AGAIN_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What somebody wants sent, when and to whom."""

    report: str
    query: str
    turns: Turns
    formats: Sequence[str]
    recipients: Sequence[User]
    language: str = field(default_factory=lambda: translation.get_language() or settings.LANGUAGE_CODE)


@transaction.atomic
def plan_report(*, actor: User, wish: Wish, now: datetime) -> ReportSchedule:
    """Send `wish` from its next turn on. Raises PermissionDenied if `actor` may not see the report."""
    _report(actor, wish.report)
    due = wish.turns.after(now)
    made = ReportSchedule.objects.create(
        report=wish.report, query=wish.query, owner=actor, created_at=now, due_at=due, next_at=due, **_values(wish)
    )
    made.recipients.set(wish.recipients)
    return made


@transaction.atomic
def change_plan(*, actor: User, schedule: ReportSchedule, wish: Wish, now: datetime) -> None:
    """Raises PermissionDenied unless it is the actor's own."""
    _own(actor, schedule)
    due = wish.turns.after(now)
    ReportSchedule.objects.filter(pk=schedule.pk).update(due_at=due, next_at=due, trouble="", **_values(wish))
    schedule.recipients.set(wish.recipients)


@transaction.atomic
def pause_report(*, actor: User, schedule: ReportSchedule, now: datetime) -> None:
    _own(actor, schedule)
    ReportSchedule.objects.filter(pk=schedule.pk, paused_at=None).update(paused_at=now)


@transaction.atomic
def resume_report(*, actor: User, schedule: ReportSchedule, now: datetime) -> None:
    """Turns that went by while it was paused stay unsent."""
    _own(actor, schedule)
    due = turns_of(schedule).after(now)
    row = ReportSchedule.objects.filter(pk=schedule.pk, paused_at__isnull=False)
    row.update(paused_at=None, due_at=due, next_at=due, trouble="")


@transaction.atomic
def remove_plan(*, actor: User, schedule: ReportSchedule) -> None:
    _own(actor, schedule)
    ReportSchedule.objects.filter(pk=schedule.pk).delete()


@transaction.atomic
def send_report_now(*, actor: User, schedule: ReportSchedule, now: datetime) -> int:
    """One more beside its turns; a second one within the same minute isn't sent. Returns how many mails there are."""
    _own(actor, schedule)
    return _queue(schedule, turn=now.replace(second=0, microsecond=0), now=now)


def send_due_reports(*, now: datetime) -> int:
    """Send what has its turn; return how many schedules were served. Workers may do so at once.

    Mails and the next turn are written together: a worker killed in between leaves neither.
    """
    served = 0
    while _serve_one(now):
        served += 1
    return served


def turns_of(schedule: ReportSchedule) -> Turns:
    return Turns(schedule.every, schedule.hour, schedule.weekday, schedule.day)


@transaction.atomic
def _serve_one(now: datetime) -> bool:
    schedule = ReportSchedule.objects.select_for_update(skip_locked=True).due(now).order_by("next_at", "pk").first()
    if schedule is None:
        return False
    row = ReportSchedule.objects.filter(pk=schedule.pk)
    try:
        with transaction.atomic():
            count = _queue(schedule, turn=schedule.due_at, now=now)
    except (DatabaseError, OSError, TakesLong, DocumentFailed) as error:
        log.warning("report.mail.failed", schedule_id=schedule.pk, error=type(error).__name__)
        row.update(next_at=now + _TRIED_AGAIN_AFTER, trouble=_("It could not be counted; it is tried again."))
        return True
    due = turns_of(schedule).after(now)
    trouble = "" if count else _("None of its recipients may see this report any more.")
    row.update(sent_at=now, due_at=due, next_at=due, trouble=trouble)
    return True


def _queue(schedule: ReportSchedule, *, turn: datetime, now: datetime) -> int:
    """A mail to each recipient who may see the report, counted with their rights; never two for the same turn."""
    report = reports.get(schedule.report)
    people = [
        user
        for user in schedule.recipients.order_by("pk")
        if user.is_active and works_in_house(user) and report is not None and report.may_see(user)
    ]
    if report is None:
        return 0
    with translation.override(schedule.language):
        for user in people:
            key = f"report:{schedule.pk}:{turn.isoformat()}:{user.pk}"
            outbox.queue_message(message=_mail(schedule, report, user, turn, now), now=now, dedupe_key=key)
    return len(people)


def _mail(schedule: ReportSchedule, report: Report, user: User, turn: datetime, now: datetime) -> EmailMessage:
    asked = read_asked(report, QueryDict(schedule.query), user, company_day(turn))
    figures = figures_of(user, asked, now=now, within_ms=WORK_MS)
    link = f"{settings.RAPPORT_SITE_URL}{reverse('core:report', args=[schedule.report])}?{asked.query(fixed=True)}"
    words = {"report": report.title, "period": asked.period, "link": link}
    body = _("%(report)s, %(period)s: the figures are attached.\n\nOpen the report: %(link)s") % words
    subject = _("%(report)s, %(period)s") % words
    message = EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [user.email])
    for kind in schedule.formats:
        name = f"{schedule.report}-{asked.period.last}.{kind}"
        if kind == PDF:
            message.attach(name, paper_of(asked, figures), "application/pdf")
        else:
            content = as_bytes(kind, file_titles(asked), file_rows(asked, figures))
            message.attach(name, content, CONTENT_TYPES[kind].partition(";")[0])
    return message


def _values(wish: Wish) -> dict[str, object]:
    turns = wish.turns
    return {
        "every": turns.every,
        "hour": turns.hour,
        "weekday": turns.weekday,
        "day": turns.day,
        "formats": list(wish.formats),
        "language": wish.language,
    }


def _report(actor: User, key: str) -> Report:
    report = reports.get(key)
    if report is None or not works_in_house(actor) or not report.may_see(actor):
        raise PermissionDenied
    return report


def _own(actor: User, schedule: ReportSchedule) -> None:
    if schedule.owner_id != actor.pk:
        raise PermissionDenied
