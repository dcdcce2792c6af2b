"""Who gets no mailings: kept by folded address, so that it holds for whoever bears the address, now and later.

The outbox asks for it in the statement that claims a mail, and once more before the mail goes over the wire.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress as ignoring
from datetime import datetime
from typing import TYPE_CHECKING

from apps.core.models import Suppression

if TYPE_CHECKING:
    from apps.accounts.models import User


_Reason = Suppression.Reason
_STRENGTH = {_Reason.BOUNCED: 0, _Reason.BY_HAND: 1, _Reason.UNSUBSCRIBED: 2, _Reason.COMPLAINED: 3}


def fold(address: str) -> str:
    """One spelling per mailbox: no case, and the domain in ASCII (IDNA) where it can be written so."""
    local, at, domain = address.strip().lower().rpartition("@")
    with ignoring(UnicodeError):  # no name of the DNS: compared as it is written
        domain = domain.encode("idna").decode("ascii")
    return f"{local}{at}{domain}"


def suppress(
    *,
    addresses: Iterable[str],
    reason: Suppression.Reason,
    now: datetime,
    scope: str = Suppression.ALL,
    origin: str = "",
    actor: User | None = None,
) -> int:
    """Keep mailings of `scope` (by default all) from these addresses, from the next mail on; returns of how many anew.

    Kept from it already: the first reason and moment stay, unless this reason is a stronger one. That mail came back
    says least; what a reader wishes says more than what a colleague entered, that they took it for spam says most.
    """
    reason = Suppression.Reason(reason)
    rows = [
        Suppression(address=address, scope=scope, reason=reason, origin=origin, actor=actor, created_at=now)
        for address in sorted({fold(each) for each in addresses} - {""})
    ]
    before = Suppression.objects.filter(scope=scope, address__in=[row.address for row in rows]).count()
    Suppression.objects.bulk_create(rows, ignore_conflicts=True, batch_size=5000)
    weaker = [each for each, strength in _STRENGTH.items() if strength < _STRENGTH[reason]]
    if weaker:
        there = Suppression.objects.filter(scope=scope, address__in=[row.address for row in rows], reason__in=weaker)
        there.update(reason=reason, origin=origin, actor=actor, created_at=now)
    return len(rows) - before


def allow_again(*, address: str, scope: str = Suppression.ALL) -> bool:
    """Let mailings of `scope` go to this address again; False: nothing kept them from it."""
    return bool(Suppression.objects.filter(address=fold(address), scope=scope).delete()[0])


def is_suppressed(*, address: str, scope: str) -> bool:
    """Whether a mail of `scope` to this address would be withheld now."""
    return Suppression.objects.against(scope).filter(address=fold(address)).exists()
