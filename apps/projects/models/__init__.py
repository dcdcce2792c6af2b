"""Groups of colleagues and what is said in them (DECISIONS 12)."""

from apps.projects.models.bots import Bot
from apps.projects.models.groups import Group, Membership, Topic
from apps.projects.models.guests import GuestAccess, GuestEntry
from apps.projects.models.messages import Message, MessageRevision
from apps.projects.models.parts import Attachment, Mention, MessageEntry, MessageLink, Pin, Reaction, RecordFact
from apps.projects.models.projects import Participant, Project
from apps.projects.models.reading import Draft, ReadMark
from apps.projects.models.visits import BroughtFile, Decision, Visit
from apps.projects.models.words import KnownWord, MessageWord

__all__ = [
    "Attachment",
    "Bot",
    "BroughtFile",
    "Decision",
    "Draft",
    "Group",
    "GuestAccess",
    "GuestEntry",
    "KnownWord",
    "Membership",
    "Mention",
    "Message",
    "MessageEntry",
    "MessageLink",
    "MessageRevision",
    "MessageWord",
    "Participant",
    "Pin",
    "Project",
    "Reaction",
    "ReadMark",
    "RecordFact",
    "Topic",
    "Visit",
]
