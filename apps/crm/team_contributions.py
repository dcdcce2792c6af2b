"""What teams, assignments and hand-overs add to the frame, to contacts, to the history and to undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from apps.core.contributions import Kind, NoticeRecord, Undoer, kinds, notice_records, operation_runners, undoers, verbs
from apps.core.markup import fill
from apps.crm.models import HandOver
from apps.crm.selectors.hand_overs import hand_overs_seen, notice_lines
from apps.crm.services.hand_over_notices import RECORD
from apps.crm.services.hand_overs import VERB, after_undo, editable, run_hand_over
from apps.crm.services.passing_on import KIND

if TYPE_CHECKING:
    from apps.activities.models import Activity

VERBS = {
    VERB: gettext_lazy("Contacts handed over"),
}


def register() -> None:
    """Called once, when the app is ready."""
    for verb, title in VERBS.items():
        verbs.register(verb, title)
    kinds.register(KIND, Kind(pgettext_lazy("activity", "Hand-over"), "transfer", _draw, _home))
    stamps = frozenset({"told_start_at", "told_return_at"})
    undoers.register(RECORD, Undoer(HandOver, ignore=stamps, editable=editable, after=after_undo))
    operation_runners.register(VERB, run_hand_over)
    notice_records.register(RECORD, NoticeRecord(hand_overs_seen, notice_lines))


def _home(activity: Activity) -> str:
    return reverse("crm:hand_over", args=[activity.facts["hand_over"]])


def _draw(activity: Activity) -> str:
    facts = activity.facts
    words = _("%(from)s → %(to)s") % {"from": facts.get("from") or _("Nobody"), "to": facts.get("to")}
    if facts.get("until"):
        words = _("%(words)s, until %(day)s") % {"words": words, "day": facts["until"]}
    return fill('<p class="activity__facts">{}</p>', words)
