"""Mail: accounts, what came and went, what is being written, templates, and strangers."""

from apps.messaging.models.accounts import MailAccount, MailAccountQuerySet, MailFolder
from apps.messaging.models.attachments import DraftAttachment, MailAttachment
from apps.messaging.models.copies import MailCopy, MailShare, ThreadState
from apps.messaging.models.drafts import Draft, DraftQuerySet, SentDocument
from apps.messaging.models.mail import Bounce, MailAddress, MailMessage, MailMessageQuerySet, Thread
from apps.messaging.models.merges import MailMerge, MergeRecipient
from apps.messaging.models.senders import BlockedSender, UnknownSender
from apps.messaging.models.templates import MailTemplate, MailTemplateQuerySet, MailTemplateVersion
from apps.messaging.models.thread_keys import ThreadKey
from apps.messaging.models.voicemails import ToldOnce, Voicemail, VoicemailQuerySet
from apps.messaging.models.withheld import Withheld

__all__ = [
    "BlockedSender",
    "Bounce",
    "Draft",
    "DraftAttachment",
    "DraftQuerySet",
    "MailAccount",
    "MailAccountQuerySet",
    "MailAddress",
    "MailAttachment",
    "MailCopy",
    "MailFolder",
    "MailMerge",
    "MailMessage",
    "MailMessageQuerySet",
    "MailShare",
    "MailTemplate",
    "MailTemplateQuerySet",
    "MailTemplateVersion",
    "MergeRecipient",
    "SentDocument",
    "Thread",
    "ThreadKey",
    "ThreadState",
    "ToldOnce",
    "UnknownSender",
    "Voicemail",
    "VoicemailQuerySet",
    "Withheld",
]
