"""What teams, assignments and hand-overs add to the frame, to contacts, to the history and to undo."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from apps.accounts.permissions import can_change_settings, is_staff_member
from apps.core import clock
from apps.core.clock import company_day
from apps.core.contributions import (
    Document,
    Kind,
    MenuItem,
    NoticeRecord,
    Panel,
    RecordAction,
    Undoer,
    about_users,
    documents,
    home_cards,
    kinds,
    menu,
    notice_records,
    operation_runners,
    panels,
    record_actions,
    stand_ins,
    undoers,
    verbs,
)
from apps.core.home import HomeCard
from apps.core.listing import Listing, ListingEntry, listings
from apps.core.markup import fill
from apps.crm import hand_over_listing
from apps.crm.charge_panel import charge_panel
from apps.crm.document_contributions import FOLDER
from apps.crm.models import AssignmentRule, HandOver
from apps.crm.selectors.assignment_notices import notice_lines as assigned_lines
from apps.crm.selectors.assignment_notices import runs_seen
from apps.crm.selectors.hand_overs import hand_overs_seen, notice_lines, standing_in
from apps.crm.selectors.stand_ins import stood_for
from apps.crm.selectors.team_pages import away_until
from apps.crm.services.assignment_notices import RECORD as ASSIGNED
from apps.crm.services.assignment_rules import after_undo as after_rules
from apps.crm.services.hand_over_notices import RECORD
from apps.crm.services.hand_overs import VERB, after_undo, editable, run_hand_over
from apps.crm.services.papers import dossiers
from apps.crm.services.passing_on import KIND
from apps.messaging.services.papers import letters

if TYPE_CHECKING:
    from apps.activities.models import Activity

VERBS = {
    VERB: gettext_lazy("Contacts handed over"),
    "assignment_rule.made": gettext_lazy("Rule for new contacts added"),
    "assignment_rule.changed": gettext_lazy("Rule for new contacts changed"),
    "assignment_rule.removed": gettext_lazy("Rule for new contacts removed"),
}

_MENU = [
    (62, "teams", "crm:team_list", gettext_lazy("Teams"), "users-group"),
    (63, "hand-overs", "crm:hand_over_list", gettext_lazy("Hand-overs"), "transfer"),
]


def register() -> None:
    """Called once, when the app is ready."""
    for verb, title in VERBS.items():
        verbs.register(verb, title)
    kinds.register(KIND, Kind(pgettext_lazy("activity", "Hand-over"), "transfer", _draw, _home))
    stamps = frozenset({"told_start_at", "told_return_at"})
    undoers.register(RECORD, Undoer(HandOver, ignore=stamps, editable=editable, after=after_undo))
    operation_runners.register(VERB, run_hand_over)
    notice_records.register(RECORD, NoticeRecord(hand_overs_seen, notice_lines))
    notice_records.register(ASSIGNED, NoticeRecord(runs_seen, assigned_lines))
    listings.register(hand_over_listing.KEY, ListingEntry(_hand_overs))
    tab = Panel("contact", "tab", gettext_lazy("In charge"), charge_panel, "user-star", _is_staff)
    panels.register("charge", tab, position=30)
    card = HomeCard(title=gettext_lazy("Standing in"), icon="beach", render=_card, may_have=is_staff_member)
    home_cards.register("crm.standing_in", card, position=3)
    chosen = RecordAction("contacts", gettext_lazy("Hand over"), "transfer", lambda _none: _chosen_url())
    record_actions.register("crm.hand_over", chosen)
    for position, key, route, title, icon in _MENU:
        section = f"/crm/{key}/"
        item = MenuItem("main", title, route, icon, is_staff_member, section)
        menu.register(f"crm.{key}", item, position=position)
    undoers.register("crm.assignmentrule", Undoer(AssignmentRule, ignore=frozenset({"turn"}), after=after_rules))
    rules = MenuItem(
        "settings", gettext_lazy("Who gets new contacts"), "crm:assignment_rules", "route", can_change_settings
    )
    menu.register("crm.assignment_rules", rules, position=30)
    away = MenuItem("user", gettext_lazy("My absences"), "crm:my_absences", "beach", is_staff_member)
    menu.register("crm.absences", away, position=202)
    paper = Document(gettext_lazy("Dossier"), "hand_over", FOLDER / "dossier.typ", dossiers.build, letters.name_of)
    documents.register(dossiers.KEY, paper)
    about_users.register("crm.away", _away)
    stand_ins.register("crm.hand_overs", stood_for)


def _is_staff(user: Any, _entity: object) -> bool:
    return is_staff_member(user)


def _chosen_url() -> str:
    return reverse("crm:hand_over_chosen")


def _hand_overs(request: HttpRequest) -> Listing | None:
    return hand_over_listing.hand_over_listing() if is_staff_member(request.user) else None


def _card(request: HttpRequest) -> str:
    """On Home: whom one stands in for today; nothing for whoever stands in for nobody."""
    user = request.user
    if not is_staff_member(user):
        return ""
    rows = standing_in(user, on=company_day(clock.now()))
    return render_to_string("crm/standing_in_card.html", {"rows": rows}, request) if rows else ""


def _away(user_id: int) -> str:
    until = away_until(user_id, on=company_day(clock.now()))
    return _("away until %(day)s") % {"day": date_format(until)} if until else ""


def _home(activity: Activity) -> str:
    return reverse("crm:hand_over", args=[activity.facts["hand_over"]])


def _draw(activity: Activity) -> str:
    facts = activity.facts
    words = _("%(from)s → %(to)s") % {"from": facts.get("from") or _("Nobody"), "to": facts.get("to")}
    if facts.get("until"):
        words = _("%(words)s, until %(day)s") % {"words": words, "day": date_format(date.fromisoformat(facts["until"]))}
    return fill('<p class="activity__facts">{}</p>', words)
