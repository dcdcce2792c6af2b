"""What mailboxes add to the menus, to undo and to the action log."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.accounts.permissions import is_staff_member
from apps.core.contributions import MenuItem, Undoer, menu, undoers, verbs
from apps.messaging.models import MailAccount
from apps.messaging.permissions import can_share_accounts
from apps.messaging.services import accounts as services

VERBS = {
    "mail_account.added": _("Mailbox added"),
    "mail_account.changed": _("Mailbox changed"),
    "mail_account.closed": _("Mailbox closed"),
    "mail_account.reopened": _("Mailbox opened again"),
    "mail_account.folders_chosen": _("Folders of a mailbox chosen"),
    "mail_account.shared": _("Members of a mailbox changed"),
    "mail_account.signed_in": _("Mailbox signed in with its provider"),
}


def register() -> None:
    for verb, title in VERBS.items():
        verbs.register(verb, title)
    mailboxes = Undoer(
        MailAccount, ignore=services.UNRECORDED, editable=services.editable_accounts, after=services.after_undo
    )
    undoers.register("messaging.mailaccount", mailboxes)
    for place, may_see in (("user", is_staff_member), ("settings", can_share_accounts)):
        item = MenuItem(place, _("Mailboxes"), "messaging:accounts", "mailbox", may_see)
        menu.register(f"messaging.accounts.{place}", item, position=195)
