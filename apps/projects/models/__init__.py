"""Groups of colleagues and what is said in them (DECISIONS 12)."""

from apps.projects.models.groups import Group, Membership, Topic
from apps.projects.models.messages import Message, MessageRevision
from apps.projects.models.parts import Attachment, Mention, MessageLink, Pin, Reaction
from apps.projects.models.projects import Participant, Project
from apps.projects.models.reading import Draft, ReadMark

__all__ = [
    "Attachment",
    "Draft",
    "Group",
    "Membership",
    "Mention",
    "Message",
    "MessageLink",
    "MessageRevision",
    "Participant",
    "Pin",
    "Project",
    "Reaction",
    "ReadMark",
    "Topic",
]
