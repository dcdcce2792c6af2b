"""A day's or week's calendar and to-dos as PDF: asked for on a page, set by a worker."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from apps.accounts.permissions import is_staff_member
from apps.accounts.preferences import reading_as
from apps.activities.selectors.agenda import LONGEST, agenda_of
from apps.core import clock
from apps.core.documents import DocumentFailed, render
from apps.core.services import files
from apps.core.services.operations import OperationFailed, start

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.core.models import Operation
    from apps.core.services.operations import Progress

VERB = "agenda.printed"
TEMPLATE = Path(__file__).parents[1] / "documents" / "day.typ"


def begin_print(*, actor: User, first: date, days: int, now: datetime) -> Operation:
    """Have the PDF made; its file's id stands in the operation's result. Raises PermissionDenied, ValidationError."""
    if not is_staff_member(actor):
        raise PermissionDenied
    if not 1 <= days <= LONGEST or not 1970 <= first.year <= 2900:
        raise ValidationError({"days": _("Choose up to %(count)s days.") % {"count": LONGEST}})
    parameters = {"first": first.isoformat(), "days": days}
    return start(actor=actor, verb=VERB, parameters=parameters, now=now, total=1, undoable=False)


def run_print(operation: Operation, progress: Progress) -> dict[str, Any]:
    """The worker's part: what the reader may see at this moment, in their language, zone and formats."""
    user = operation.actor
    if user is None:
        raise OperationFailed(_("Nobody asked for this."))
    first, days = date.fromisoformat(operation.parameters["first"]), int(operation.parameters["days"])
    now = clock.now()
    with reading_as(user, language=str(operation.parameters.get("language") or "")):
        data = agenda_of(user, first=first, days=days, now=now)
    try:
        pdf = render(TEMPLATE, data)
    except DocumentFailed as error:
        raise OperationFailed(_("The document could not be made.")) from error
    stored = files.store(pdf, mime_type="application/pdf", now=now)
    progress.advance(1)
    return {"file": stored.pk, "name": f"{first.isoformat()}.pdf" if days == 1 else f"{first.isoformat()}+{days}.pdf"}
