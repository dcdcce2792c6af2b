"""The HTTP API of the history and its tasks."""

from apps.activities.api.activities import router as activities
from apps.activities.api.tasks import router as tasks

__all__ = ["activities", "tasks"]
