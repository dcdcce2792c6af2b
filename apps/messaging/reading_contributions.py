"""What the reading of mail adds: its place in the sidebar, undo, and the way back from what is made of a mail."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from apps.accounts.permissions import is_staff_member
from apps.core.contributions import (
    ActivityContext,
    MenuCount,
    MenuItem,
    Undoer,
    contexts,
    menu,
    undoers,
    verbs,
)
from apps.messaging.models import MailCopy, ThreadState
from apps.messaging.selectors.unread import MOST, unread_threads
from apps.messaging.services import copies, threads, turning

VERBS = {
    "mail.archived": _("Mail archived"),
    "mail.unarchived": _("Mail put back into the inbox"),
    "mail.junked": _("Mail called spam"),
    "mail.unjunked": _("Mail called no spam"),
    "mail.snoozed": _("Mail put off"),
    "mail.woken": _("Mail shown again"),
    "mail.assigned": _("Mail assigned"),
    "mail.unassigned": _("Mail no longer assigned"),
    "mail.answer_waived": _("Mail needs no answer"),
    "mail.filed": _("Mail filed with contacts"),
    copies.TRASHED: _("Mail thrown away"),
    copies.PUT_BACK: _("Mail put back"),
}


def register() -> None:
    for verb, title in VERBS.items():
        verbs.register(verb, title)
    number = MenuCount(unread_threads, _unread_words, "messaging:unread_number", "mail", MOST)
    item = MenuItem(
        "main",
        pgettext_lazy("the mail of somebody", "Mail"),
        "messaging:mail",
        "mail",
        is_staff_member,
        section="/mail/",
        number=number,
    )
    menu.register("mail", item, position=25)
    states = Undoer(
        ThreadState,
        subject_field="pk",
        ignore=threads.DERIVED,
        editable=threads.editable_states,
        after=threads.after_undo,
    )
    undoers.register("messaging.threadstate", states)
    undoers.register(
        "messaging.mailcopy",
        Undoer(
            MailCopy,
            subject_field="pk",
            ignore=copies.KEPT_BY_SYNC,
            editable=copies.editable_copies,
            after=copies.after_undo,
        ),
    )
    way_back = ActivityContext(turning.no_tokens_of, turning.no_tokens_for, turning.describe)
    contexts.register(turning.CONTEXT, way_back)


def _unread_words(count: int) -> str:
    return ngettext("%(count)d unread", "%(count)d unread", count) % {"count": count}
