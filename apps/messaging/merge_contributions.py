"""What mail brings to a merge; filed mails themselves move with their entries of the history."""

from __future__ import annotations

from django.utils.translation import ngettext

from apps.core.contributions import MergePart, Tie, merge
from apps.messaging.models import Draft, MailMessage, MergeRecipient, UnknownSender, Voicemail

_CONTEXT = {"context_type": "contacts.entity"}


def register() -> None:
    """Called once, when the app is ready."""
    ties = (
        Tie(
            MailMessage,
            "context_id",
            where=_CONTEXT,
            words=lambda n: ngettext("%(count)s mail", "%(count)s mails", n) % {"count": n},
        ),
        Tie(Draft, "context_id", where=_CONTEXT),
        Tie(MergeRecipient),
        Tie(UnknownSender),
        Tie(Voicemail, words=lambda n: ngettext("%(count)s voicemail", "%(count)s voicemails", n) % {"count": n}),
    )
    merge.register("messaging", MergePart(ties), position=30)
