"""What happened, what is next, and who is told: one history for every record of the house."""

from apps.activities.models.calls import Call
from apps.activities.models.files import ActivityFile
from apps.activities.models.kinds import ActivityCategory, ActivityCategoryPermission, ActivityKind
from apps.activities.models.meetings import Attendee, CalendarFeed, Meeting, MeetingQuerySet, Series
from apps.activities.models.notices import Notice, NoticePreference, PushSubscription
from apps.activities.models.reminders import Reminder
from apps.activities.models.tasks import Task, TaskAssignee, TaskItem, TaskQuerySet
from apps.activities.models.timeline import Activity, ActivityEntity, ActivityQuerySet
from apps.activities.models.visits import Visit
from apps.activities.models.watches import Watch

__all__ = [
    "Activity",
    "ActivityCategory",
    "ActivityCategoryPermission",
    "ActivityEntity",
    "ActivityFile",
    "ActivityKind",
    "ActivityQuerySet",
    "Attendee",
    "CalendarFeed",
    "Call",
    "Meeting",
    "MeetingQuerySet",
    "Notice",
    "NoticePreference",
    "PushSubscription",
    "Reminder",
    "Series",
    "Task",
    "TaskAssignee",
    "TaskItem",
    "TaskQuerySet",
    "Visit",
    "Watch",
]
