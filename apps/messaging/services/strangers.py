"""Unknown people who write: a contact is made of them, or they wait in the tray, by each mailbox's rule."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime

import structlog
from django.core.exceptions import PermissionDenied, ValidationError

from apps.accounts.preferences import country_of, preferences_of
from apps.messaging.domains import domain_of
from apps.messaging.models import BlockedSender, MailAccount, MailMessage, UnknownSender
from apps.messaging.services.filing_people import known_people, own_addresses, seen_by
from apps.messaging.services.intake import Reading
from apps.messaging.services.stranger_contacts import make_contact
from apps.messaging.services.suggestions import suggest

log = structlog.get_logger(__name__)
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"\\]{1,64}@[^\s@<>()\[\],;:\"\\.]+(\.[^\s@<>()\[\],;:\"\\.]+)+\Z")
State = UnknownSender.State
Rule = MailAccount.UnknownSenders


def meet_strangers(account: MailAccount, mails: Sequence[tuple[MailMessage, Reading]], *, now: datetime) -> None:
    """Do by the mailbox's rule with whoever wrote these mails and is no contact yet that its people see.

    Newsletters, robots, bounces and automatic answers make nobody known; nor does a sender who was decided on before,
    or who is blocked.
    """
    if account.unknown_senders == Rule.NEVER:
        return
    first: dict[str, tuple[MailMessage, Reading]] = {}
    for message, reading in mails:
        if not message.automatic and _ADDRESS.match(reading.sender.address):
            first.setdefault(reading.sender.address, (message, reading))
    unknown = _unknown(account, first)
    region = country_of(preferences_of(account.owner))
    for address in unknown:
        message, reading = first[address]
        sender = UnknownSender(
            account=account,
            address=address,
            message=message,
            suggestion=suggest(reading, region=region).as_json(),
            created_at=now,
        )
        if account.unknown_senders == Rule.ALWAYS:
            _make(sender, now)
        sender.save(force_insert=True)


def _make(sender: UnknownSender, now: datetime) -> None:
    """What can't be made, say into a folder that its owner lost, waits in the tray."""
    try:
        sender.entity, sender.operation = make_contact(sender, actor=sender.account.owner, now=now)
    except (ValidationError, PermissionDenied) as error:
        log.info("mail.stranger.waits", account_id=sender.account_id, error=type(error).__name__)
    else:
        sender.state, sender.decided_at = State.MADE, now


def _unknown(account: MailAccount, addresses: Collection[str]) -> list[str]:
    """Those of the addresses that nothing is known of, in their order."""
    left = set(addresses) - {account.address, account.voicemail_sender.lower()}
    if not left:
        return []
    left -= set(own_addresses(left))
    known = known_people(left)
    seen = seen_by([account], {pk for pks in known.values() for pk in pks})[account.pk]
    left -= {address for address, pks in known.items() if any(pk in seen for pk in pks)}
    left -= set(account.strangers.filter(address__in=left).values_list("address", flat=True))
    left -= _blocked(account, left)
    return [address for address in addresses if address in left]


def _blocked(account: MailAccount, addresses: Collection[str]) -> set[str]:
    """Those blocked by themselves, or by their domain or one above it."""
    wanted = {address: {address, *_domains(address)} for address in addresses}
    patterns = {pattern for each in wanted.values() for pattern in each}
    rows = BlockedSender.objects.filter(pattern__in=patterns)
    hit = set(rows.filter(account__isnull=True).values_list("pattern", flat=True))
    hit |= set(rows.filter(account=account).values_list("pattern", flat=True))
    return {address for address, each in wanted.items() if each & hit}


def _domains(address: str) -> list[str]:
    labels = domain_of(address).split(".")
    return [".".join(labels[at:]) for at in range(len(labels) - 1)]
