"""Who may do what with mailboxes, mail and its templates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.accounts.permissions import is_manager, is_staff_member
from apps.messaging.models import MailAccount, MailTemplate

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from apps.accounts.models import User


def can_have_accounts(user: User | AnonymousUser) -> bool:
    """A mailbox of one's own: whoever works in the house."""
    return is_staff_member(user)


def can_share_accounts(user: User | AnonymousUser) -> bool:
    """Shared mailboxes, with their members, are the business of administrators and managers."""
    return is_manager(user)


def can_change_account(user: User, account: MailAccount) -> bool:
    """One's own; of the shared ones administrators and managers. Who reads its mail is another question."""
    return account.owner_id == user.pk if account.owner_id is not None else can_share_accounts(user)


def can_edit_template(user: User, template: MailTemplate) -> bool:
    """One's own; those of the house are the managers' and administrators'."""
    if template.owner_id is not None:
        return template.owner_id == user.pk and is_staff_member(user)
    return can_edit_house_templates(user)


def can_edit_house_templates(user: User) -> bool:
    return is_manager(user)
