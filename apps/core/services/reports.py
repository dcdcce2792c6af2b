"""Counting that takes longer than a page waits: a worker does it and keeps the figures."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.contributions import reports
from apps.core.documents import DocumentFailed
from apps.core.models import File, Operation
from apps.core.reports.asked import read_asked
from apps.core.reports.figures import KEPT_LONG_SECONDS, WORK_MS, TakesLong, figures_of
from apps.core.reports.papers import paper_of
from apps.core.services import files, operations
from apps.core.services.operations import OperationFailed

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.core.services.operations import Progress

VERB = "report.counted"
PAPER = "report.printed"
_QUEUE = "documents"
_BROKEN_OFF = (Operation.State.FAILED, Operation.State.CANCELLED)
_LATELY = timedelta(minutes=10)


@transaction.atomic
def begin_counting(
    *, actor: User, key: str, query: str, compares: bool, now: datetime, again: bool = False
) -> Operation:
    """Leave it to a worker; who asks again meanwhile gets the same operation.

    One that was stopped or failed a moment ago is given as it is, unless it is to be tried `again`: a page that shows
    it would else begin anew for ever.
    """
    parameters: dict[str, Any] = {"report": key, "query": query, "compares": compares}
    mine = Operation.objects.of(actor).filter(verb=VERB, parameters__contains=parameters)
    running = mine.unfinished().first()
    if running is None and not again:
        lately = mine.filter(state__in=_BROKEN_OFF, finished_at__gt=now - _LATELY)
        running = lately.order_by("-pk").first()
    return running or operations.start(actor=actor, verb=VERB, parameters=parameters, now=now, undoable=False)


def run_counting(operation: Operation, progress: Progress) -> dict[str, Any]:
    """The runner. Kept figures are what the page then shows."""
    asked_for, actor = operation.parameters, operation.actor
    report = reports.get(asked_for["report"])
    if report is None or actor is None or not report.may_see(actor):
        raise OperationFailed("")
    now = clock.now()
    asked = read_asked(report, QueryDict(asked_for["query"]), actor, clock.company_day(now))
    wanted = [asked, asked.earlier()] if asked_for["compares"] else [asked]
    progress.total(len(wanted))
    for each in wanted:
        progress.check_cancelled()
        try:
            figures_of(actor, each, now=now, within_ms=WORK_MS, kept_for=KEPT_LONG_SECONDS)
        except TakesLong as error:
            raise OperationFailed(_("This takes too long to count.")) from error
        progress.advance()
    return {}


def begin_paper(*, actor: User, key: str, query: str, now: datetime) -> Operation:
    """Have the PDF of a report made in the actor's language; see `paper_file` for what comes of it."""
    parameters = {"report": key, "query": query}
    return operations.start(
        actor=actor, verb=PAPER, parameters=parameters, now=now, total=1, undoable=False, queue=_QUEUE
    )


def run_paper(operation: Operation, progress: Progress) -> dict[str, Any]:
    """The runner: twice gives the same file, as long as the figures are kept."""
    asked_for, actor = operation.parameters, operation.actor
    report = reports.get(asked_for["report"])
    if report is None or actor is None or not report.may_see(actor):
        raise OperationFailed(_("There is no such report."))
    now = clock.now()
    asked = read_asked(report, QueryDict(asked_for["query"]), actor, clock.company_day(now))
    try:
        paper = paper_of(asked, figures_of(actor, asked, now=now, within_ms=WORK_MS))
    except TakesLong as error:
        raise OperationFailed(_("This takes too long to count.")) from error
    except DocumentFailed as error:
        raise OperationFailed(_("The document could not be made.")) from error
    stored = files.store(paper, mime_type="application/pdf", now=now)
    progress.advance(1)
    return {"file": stored.pk, "name": f"{asked_for['report']}-{asked.period.last}.pdf"}


def paper_file(operation: Operation) -> tuple[File, str] | None:
    """The PDF that an operation of `begin_paper` has made, with its name; None while it is at work, or failed."""
    if operation.verb != PAPER or "file" not in operation.result:
        return None
    found = File.objects.filter(pk=operation.result["file"]).first()
    return (found, str(operation.result["name"])) if found else None
