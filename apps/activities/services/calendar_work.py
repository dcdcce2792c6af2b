"""A large calendar file is brought in by a worker, with a bar; what a broken attempt has done is found done."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from apps.accounts.preferences import reading_as
from apps.activities.services.calendar_import import Kept, Report, bring_part, parts_of, read_plan
from apps.activities.services.imported_meetings import IMPORTED
from apps.core import clock
from apps.core.models import File
from apps.core.services import files
from apps.core.services.operations import OperationFailed, start

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.core.models import Operation
    from apps.core.services.operations import Progress

AT_ONCE = 200  # meetings and tasks that a request makes itself


def begin_bring(*, actor: User, kept: Kept, now: datetime) -> Operation:
    """Leave the file to a worker; the operation tells how far it is."""
    stored = files.store(kept.data, mime_type="text/calendar", now=now)
    parameters = {"file": stored.pk, "zone": kept.zone}
    return start(actor=actor, verb=IMPORTED, parameters=parameters, now=now)


def run_bring(operation: Operation, progress: Progress) -> dict[str, Any]:
    """The worker's part: the same as `bring`, part by part."""
    actor = operation.actor
    if actor is None:
        raise OperationFailed(_("Nobody asked for this."))
    with files.open_file(File.objects.get(pk=operation.parameters["file"])) as stored:
        data = stored.read()
    with reading_as(actor, language=str(operation.parameters.get("language") or "")):
        return _bring(operation, progress, actor, data)


def _bring(operation: Operation, progress: Progress, actor: User, data: bytes) -> dict[str, Any]:
    zone = str(operation.parameters["zone"])
    plan = read_plan(user=actor, key="", data=data, zone=zone, now=clock.now())
    report = Report(broken=plan.broken)
    progress.total(len(plan.good))
    progress.at(0)
    for rows in parts_of(plan):
        now = clock.now()
        with progress.portion(now=now):
            bring_part(rows, actor=actor, method=plan.parsed.method, report=report, now=now)
        progress.advance(len(rows))
    told = asdict(report) | {"refused": len(report.broken)}
    progress.at(progress.done, _("%(created)s created, %(updated)s updated, %(refused)s refused.") % told)
    return {name: told[name] for name in ("created", "updated", "unchanged", "answers", "todos", "refused")}
