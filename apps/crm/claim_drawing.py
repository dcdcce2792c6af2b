"""How lists, boards and pages show a claim: its state, and how much of the promised time is left."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.accounts.templatetags.formats import day
from apps.core.markup import fill, icon

if TYPE_CHECKING:
    from apps.crm.models import Claim

COLOURS = {
    "new": "blue",
    "in_review": "purple",
    "waiting": "yellow",
    "accepted": "green",
    "refused": "red",
    "closed": "",
}
SOON = timedelta(days=1)


def badge(claim: Claim) -> SafeString:
    colour = COLOURS.get(claim.state, "") or "grey"
    return fill('<span class="status status--{} status--wide">{}</span>', colour, claim.get_state_display())


def urgency(claim: Claim, now: datetime) -> str:
    """ "late", "soon", "fine", or "" where the promise is kept or nothing is to be decided any more."""
    if claim.decided_at is not None or claim.closed_at is not None:
        return ""
    if claim.due_at <= now:
        return "late"
    return "soon" if claim.due_at - now <= SOON else "fine"


def promise(claim: Claim, now: datetime) -> SafeString:
    """The day promised, in the colour of what is left of it; words and a picture say it too."""
    state = urgency(claim, now)
    if not state:
        return SafeString("")
    pictures = {"late": "alarm", "soon": "hourglass", "fine": "calendar-check"}
    words = {"late": _("Late since"), "soon": _("Soon due:"), "fine": _("Decision by")}
    shape = '<span class="claim-due claim-due--{}">{}<span>{} {}</span></span>'
    return fill(shape, state, icon(pictures[state]), words[state], day(claim.due_at))
