"""The HTTP API of groups, what is said in them, and projects."""

from apps.projects.api.files import router as files
from apps.projects.api.groups import router as groups
from apps.projects.api.messages import router as messages
from apps.projects.api.projects import router as projects

__all__ = ["files", "groups", "messages", "projects"]
