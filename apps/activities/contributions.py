"""What the history adds to the frame, to contacts and to core."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.permissions import can_change_settings, is_staff_member
from apps.activities import drawing, next_step_columns, report_contributions, task_contributions
from apps.activities.models import (
    Activity,
    ActivityCategory,
    ActivityCategoryPermission,
    ActivityFile,
    ActivityKind,
    Attendee,
    CalendarFeed,
    Meeting,
    Series,
)
from apps.activities.permissions import may_hear_history
from apps.activities.selectors.bell import MOST, unread_count
from apps.activities.services import calendar_work, printing
from apps.activities.services import kinds as kind_service
from apps.activities.services.imported_meetings import IMPORTED
from apps.activities.services.meeting_times import settle_undone
from apps.activities.services.task_copies import put_back
from apps.activities.views import home, log, next_steps, notices, timelines
from apps.core.contributions import (
    Bell,
    EncryptedColumn,
    Kind,
    ListPart,
    MenuItem,
    MonthTable,
    Panel,
    RecordAction,
    Undoer,
    bells,
    encrypted_columns,
    home_cards,
    kinds,
    list_parts,
    live,
    menu,
    operation_runners,
    panels,
    partitioned,
    record_actions,
    undoers,
    verbs,
)
from apps.core.home import HomeCard

VERBS = {
    "activity.edited": _("History entry edited"),
    "activity.removed": _("History entry removed"),
    "activity.file_added": _("File added"),
    "activity.file_removed": _("File removed"),
    "activity.pinned": _("History entry pinned"),
    "log.exported": _("Action log exported"),
    "activity.unpinned": _("History entry no longer pinned"),
    printing.VERB: _("Calendar and to-dos printed"),
    "activity_kind.made": _("Kind of entries added"),
    "activity_kind.changed": _("Kind of entries changed"),
    "activity_kind.retired": _("Kind of entries retired"),
    "activity_category.made": _("Category of entries added"),
    "activity_category.changed": _("Category of entries changed"),
    "activity_category.removed": _("Category of entries removed"),
    IMPORTED: _("Calendar imported"),
    "meeting.moved": _("Meeting moved"),
    "meeting.changed": _("Meeting changed"),
    "meeting.cancelled": _("Meeting called off"),
    "meeting.answered": _("Invitation answered"),
    "meetings.imported": _("Calendar file imported"),
}


def register() -> None:
    """Called once, when the app is ready."""
    for verb, title in VERBS.items():
        verbs.register(verb, title)
    # An entry and the record of its kind go back together or not at all; what is copied follows.
    undoers.register(
        "activities.activity", Undoer(Activity, subject_field="pk", ignore=frozenset({"audience"}), after=put_back)
    )
    for model in (ActivityKind, ActivityCategory, ActivityCategoryPermission):
        undoers.register(model._meta.label_lower, Undoer(model, after=kind_service.after_undo))
    files = Undoer(ActivityFile, subject_field="activity_id", root="activities.activity")
    undoers.register("activities.activityfile", files)
    encrypted_columns.register("activities.calendarfeed.token", EncryptedColumn(CalendarFeed, "token"))
    undoers.register("activities.series", Undoer(Series))
    undoers.register("activities.meeting", Undoer(Meeting, subject_field="pk", after=settle_undone))
    attendees = Undoer(Attendee, subject_field="meeting_id", root="activities.meeting")
    undoers.register("activities.attendee", attendees)
    kinds.register("meeting", Kind(_("Meeting"), "calendar-event", drawing.draw_meeting, drawing.meeting_page))
    operation_runners.register(printing.VERB, printing.run_print)
    operation_runners.register(IMPORTED, calendar_work.run_bring)
    kinds.register("note", Kind(_("Note"), "note"))
    kinds.register("letter", Kind(_("Letter"), "mail-opened"))
    kinds.register("call", Kind(_("Call"), "phone", drawing.draw_call))
    history = MenuItem("main", _("History"), "activities:all", "history", is_staff_member, section="/activities/all/")
    menu.register("activities", history, position=40)
    item = MenuItem("settings", _("Kinds of entries"), "activities:kinds", "list-details", can_change_settings)
    menu.register("activities.kinds", item, position=20)
    panels.register(
        "timeline", Panel("contact", "timeline", _("History"), timelines.timeline_panel, "history"), position=10
    )
    panels.register(
        "activity", Panel("contacts", "tab", _("Activity"), timelines.activity_panel, "history"), position=20
    )
    step = Panel("contact", "head", _("Next step"), next_steps.next_step_card, "checkbox")
    panels.register("activities.next_step", step, position=5)
    columns = ListPart("contacts", next_step_columns.columns, next_step_columns.filters)
    list_parts.register("activities.next_step", columns)
    news = HomeCard(title=_("Since your last visit"), icon="sparkles", render=home.news_card, may_have=is_staff_member)
    home_cards.register("activities.news", news, position=30)
    record_actions.register("call", RecordAction("contact", _("Log a call"), "phone-check", _log_call, in_search=True))
    task_contributions.register()
    report_contributions.register()
    calendar = MenuItem(
        "main", _("Calendar"), "activities:calendar", "calendar", is_staff_member, section="/activities/calendar/"
    )
    menu.register("calendar", calendar, position=35)
    meeting = MenuItem("new", _("Meeting"), "activities:meeting_plan", "calendar-plus", is_staff_member)
    menu.register("new-meeting", meeting, position=30)
    record_actions.register("meeting", RecordAction("contact", _("Plan a meeting"), "calendar-plus", _plan_meeting))
    partitioned.register("activities_notice", MonthTable("activities_notice", "at", kept_for=_notices_kept))
    live.register("history", may_hear_history)
    bells.register("notices", Bell("activities:notices", "activities:bell", unread_count, MOST, is_staff_member))
    told = MenuItem("user", _("What I am told of"), "activities:notice_preferences", "bell", is_staff_member)
    menu.register("activities.notices", told, position=201)
    panels.register("watch", Panel("contact", "action", _("Watch"), notices.watch_action, "eye"))
    panels.register("log", Panel("contact", "more", _("Changes"), log.log_action, "history"))
    actions = MenuItem("settings", _("Action log"), "activities:log", "list-details", can_change_settings)
    menu.register("activities.log", actions, position=202)


def _notices_kept() -> timedelta:
    return timedelta(days=settings.RAPPORT_NOTICES_KEPT_DAYS)


def _log_call(entity_id: int) -> str:
    return reverse("activities:call_log", args=[entity_id])


def _plan_meeting(entity_id: int) -> str:
    return f"{reverse('activities:meeting_plan')}?with={entity_id}"
