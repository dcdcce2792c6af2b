"""The HTTP API of the history, its tasks and meetings."""

from apps.activities.api.activities import router as activities
from apps.activities.api.meetings import router as meetings
from apps.activities.api.tasks import router as tasks

__all__ = ["activities", "meetings", "tasks"]
