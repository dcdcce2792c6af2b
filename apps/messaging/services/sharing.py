"""Who else reads a user's mail: all of an account as its owner shares it, or one thread."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.permissions import is_manager, is_staff_member
from apps.core import live
from apps.messaging.models import MailAccount, MailShare, Thread
from apps.messaging.services.stamping import stamp_account, stamp_thread

if TYPE_CHECKING:
    from apps.accounts.models import Team, User


@transaction.atomic
def set_sharing(*, actor: User, account: MailAccount, sharing: str, now: datetime) -> None:
    """Share the mail of an account in another way; the history's entries follow at once.

    Raises PermissionDenied unless it is the actor's own, or a shared one and the actor manages.
    """
    may = account.owner_id == actor.pk or (account.is_shared and is_manager(actor))
    if not may:
        raise PermissionDenied
    if sharing not in MailAccount.Sharing.values:
        raise ValidationError({"sharing": _("There is no such choice.")})
    if MailAccount.objects.filter(pk=account.pk).exclude(sharing=sharing).update(sharing=sharing):
        account.sharing = sharing
        stamp_account(account, today=now.date())


def follow_people(*, account: MailAccount, now: datetime) -> None:
    """The members or the team of a shared account are others now: its entries are read by those."""
    stamp_account(account, today=now.date())


@transaction.atomic
def share_thread(
    *,
    actor: User,
    account: MailAccount,
    thread: Thread,
    now: datetime,
    user: User | None = None,
    team: Team | None = None,
) -> MailShare:
    """Let a colleague, or a team, read a thread of this mailbox, with what is still to come in it. Shared already: the
    same share.

    Raises PermissionDenied unless the mailbox is the actor's and holds the thread, ValidationError.
    """
    _check(actor, account, thread)
    if (user is None) == (team is None):
        raise ValidationError(_("Choose a colleague or a team."))
    if user is not None and not (user.is_active and is_staff_member(user)):
        raise ValidationError({"user": _("There is no such colleague.")})
    share, _made = MailShare.objects.get_or_create(
        account=account, thread=thread, user=user, team=team, defaults={"shared_by": actor, "created_at": now}
    )
    stamp_thread(thread.pk, today=now.date())
    if user is not None:
        live.publish(f"user:{user.pk}", "mail", {"thread": thread.pk, "account": account.pk})
    return share


@transaction.atomic
def unshare_thread(*, actor: User, share: MailShare, now: datetime) -> None:
    """Take a share back; gone already: nothing happens. Raises PermissionDenied."""
    _check(actor, share.account, share.thread)
    MailShare.objects.filter(pk=share.pk).delete()
    stamp_thread(share.thread_id, today=now.date())


def _check(actor: User, account: MailAccount, thread: Thread) -> None:
    mine = MailAccount.objects.visible_to(actor).filter(pk=account.pk).exists()
    if not mine or not account.copies.filter(thread=thread).exists():
        raise PermissionDenied
