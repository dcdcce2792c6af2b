"""What a person decides in the tray: take a stranger in, attach, ignore, block, or take back what was made."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from apps.contacts.models import Entity
from apps.contacts.services.details import add_email
from apps.contacts.services.inputs import EmailInput
from apps.contacts.services.trash import trash_entities
from apps.core.models import Change
from apps.messaging.domains import domain_of, is_free_mail
from apps.messaging.models import BlockedSender, MailAccount, MailMessage, UnknownSender
from apps.messaging.services.filing import file_messages
from apps.messaging.services.stranger_contacts import make_contact

if TYPE_CHECKING:
    from apps.accounts.models import User

State = UnknownSender.State
_MOST = 1_000  # mails of one sender that are filed while a person waits


@transaction.atomic
def accept_sender(*, actor: User, sender: UnknownSender, now: datetime) -> UnknownSender:
    """Make the contact that is suggested and file their mail with it. Made already: nothing happens.

    Raises PermissionDenied unless it is a mailbox of the actor's and they may add to its folder, ValidationError.
    """
    locked = _lock(actor, sender)
    if locked.state != State.MADE:
        locked.entity, locked.operation = make_contact(locked, actor=actor, now=now)
        _decide(locked, State.MADE, now)
        _file(locked, now)
    return locked


@transaction.atomic
def attach_sender(*, actor: User, sender: UnknownSender, entity: Entity, now: datetime) -> UnknownSender:
    """Give the address to a contact that is there, and file their mail with it.

    Raises PermissionDenied, InTrash, ValidationError as `add_email` does.
    """
    locked = _lock(actor, sender)
    if locked.state in (State.MADE, State.ATTACHED):
        raise ValidationError(_("This sender was taken in already."))
    if not entity.emails.filter(address=locked.address).exists():
        add_email(actor=actor, entity=entity, data=EmailInput(locked.address), now=now)
    locked.entity = entity
    _decide(locked, State.ATTACHED, now)
    _file(locked, now)
    return locked


@transaction.atomic
def ignore_sender(*, actor: User, sender: UnknownSender, now: datetime) -> UnknownSender:
    """Out of the tray; they aren't asked about again. Raises PermissionDenied."""
    locked = _lock(actor, sender)
    if locked.state == State.WAITING:
        _decide(locked, State.IGNORED, now)
    return locked


@transaction.atomic
def block_sender(*, actor: User, sender: UnknownSender, now: datetime, whole_domain: bool = False) -> BlockedSender:
    """Make no contact of the address, or of all its domain, in this mailbox; what waits of it leaves the tray.

    A domain of free mail is many people's: of it the address alone is blocked. Raises PermissionDenied.
    """
    locked = _lock(actor, sender)
    domain = domain_of(locked.address)
    pattern = domain if whole_domain and not is_free_mail(domain) else locked.address
    blocked, _made = BlockedSender.objects.get_or_create(
        account=locked.account, pattern=pattern, defaults={"blocked_by": actor, "created_at": now}
    )
    waiting = UnknownSender.objects.filter(account=locked.account, state=State.WAITING)
    same = waiting.filter(address__endswith=f"@{domain}") if pattern == domain else waiting.filter(address=pattern)
    same.update(state=State.IGNORED, decided_at=now)
    return blocked


@transaction.atomic
def unblock_sender(*, actor: User, blocked: BlockedSender) -> None:
    """Gone already: nothing happens. Raises PermissionDenied."""
    if not BlockedSender.objects.visible_to(actor).filter(pk=blocked.pk, account__isnull=False).exists():
        raise PermissionDenied
    BlockedSender.objects.filter(pk=blocked.pk).delete()


@transaction.atomic
def take_back_sender(*, actor: User, sender: UnknownSender, now: datetime) -> UnknownSender:
    """Put the contact that was made of them into the trash, with the firm that was made for it; they aren't asked about
    again. Their mail took place: an undo of the operation would leave who stands in the history.

    Raises PermissionDenied, ValidationError where there is none.
    """
    locked = _lock(actor, sender)
    if locked.state != State.MADE or locked.entity is None:
        raise ValidationError(_("There is no contact to take back."))
    trash_entities(actor=actor, ids=[locked.entity.pk, *_firms_made_with(locked)], now=now)
    _decide(locked, State.IGNORED, now)
    return locked


def _firms_made_with(sender: UnknownSender) -> list[int]:
    """Those of which nobody else has become a part since."""
    made = Change.objects.filter(operation=sender.operation_id, record_type="contacts.entity", kind=Change.Kind.CREATED)
    firms = Entity.objects.live().organisations().filter(pk__in=list(made.values_list("record_id", flat=True)))
    others = Entity.objects.live().filter(organisation_entity=OuterRef("pk")).exclude(pk=sender.entity_id or 0)
    return list(firms.exclude(Exists(others)).values_list("pk", flat=True))


def _lock(actor: User, sender: UnknownSender) -> UnknownSender:
    if not MailAccount.objects.visible_to(actor).filter(pk=sender.account_id).exists():
        raise PermissionDenied
    rows = UnknownSender.objects.select_for_update(of=("self",))
    return rows.select_related("account__owner", "account__unknown_folder", "entity").get(pk=sender.pk)


def _decide(sender: UnknownSender, state: str, now: datetime) -> None:
    sender.state, sender.decided_at = state, now
    sender.save(update_fields=["state", "decided_at", "entity", "operation"])


def _file(sender: UnknownSender, now: datetime) -> None:
    """Their mail to this mailbox, which was about nobody so far."""
    mails = MailMessage.objects.filter(addresses__address=sender.address, copies__account=sender.account)
    file_messages(list(mails.distinct().order_by("-happened_at", "-pk")[:_MOST]), now=now)
