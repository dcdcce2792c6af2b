"""From where and how a user may write."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db.models import F, Q
from django.urls import reverse

from apps.accounts.models import TeamMembership
from apps.contacts.models import EmailAddress, Entity
from apps.core import clock
from apps.core.kept import Kept
from apps.messaging.models import MailAccount

if TYPE_CHECKING:
    from apps.accounts.models import Preferences, User
    from apps.messaging.models.accounts import MailAccountQuerySet


def sending_accounts(user: User) -> MailAccountQuerySet:
    """The mailboxes this user sends from: their own first."""
    found = MailAccount.objects.visible_to(user).active().exclude(smtp_host="")
    return found.order_by(F("owner").asc(nulls_last=True), "address")


def sending_account(user: User, wanted: MailAccount | None = None) -> MailAccount | None:
    """`wanted` where the user may send from it, else the first they may send from; None where there is none."""
    if wanted is not None and (found := sending_accounts(user).filter(pk=wanted.pk).first()):
        return found
    return sending_accounts(user).first()


@Kept
def _senders() -> frozenset[int]:
    """Ids of users who have a mailbox to send from; asked for each address on a page."""
    found = MailAccount.objects.active().exclude(smtp_host="")
    today = clock.now().date()
    held = Q(valid_to__isnull=True) | Q(valid_to__gt=today)
    teams = TeamMembership.objects.filter(held, team__in=found.values("team"), valid_from__lte=today)
    members = MailAccount.members.through.objects.filter(mailaccount__in=found)
    return frozenset(
        [
            *found.exclude(owner=None).values_list("owner", flat=True),
            *members.values_list("user", flat=True),
            *teams.values_list("user", flat=True),
        ]
    )


def compose_address(preferences: Preferences, address: str) -> str:
    """Where the reader of these preferences writes to `address`; "" where that is their own mail program."""
    if preferences.mail_program or preferences.user_id not in _senders():
        return ""
    return f"{reverse('messaging:compose')}?{urlencode({'to': address})}"


def plain_only(addresses: Collection[str], *, user: User) -> list[str]:
    """Those of the addresses that a contact of `user` bears as "plain text only"."""
    found = EmailAddress.objects.filter(
        address__in=[each.lower() for each in addresses],
        plain_text_only=True,
        entity__in=Entity.objects.visible_to(user).live(),
    )
    return sorted({each.lower() for each in found.values_list("address", flat=True)})


def public_keys(addresses: Collection[str], *, user: User) -> dict[str, str]:
    """The OpenPGP keys known for these addresses, by address in lower case."""
    found = EmailAddress.objects.filter(
        address__in=[each.lower() for each in addresses], entity__in=Entity.objects.visible_to(user).live()
    ).exclude(public_key="")
    return {address.lower(): key for address, key in found.order_by("pk").values_list("address", "public_key")}
