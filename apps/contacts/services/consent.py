"""Who wants no mailings: `Suppression` in core has the word, `EmailAddress.opted_out_at` copies it for contacts.

Only this module writes the two, so that they stay in step. A suppression belongs to the address: it outlives the
contact, and whoever bears the address later is under it too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress as ignoring
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from apps.contacts.models import EmailAddress
from apps.contacts.permissions import can_edit_entity
from apps.contacts.services.journal import editing
from apps.core.batch import array_of, portions, texts_of
from apps.core.models import Suppression
from apps.core.services.operations import Recorder, operate, snapshot
from apps.core.services.suppression import fold, suppress

if TYPE_CHECKING:
    from apps.accounts.models import User


class ReportedAsSpam(Exception):
    """The reader took a mail for spam: only those who keep the mailings let more go there."""

    def __str__(self) -> str:
        return _("A mail to this address was reported as spam. Those who keep the mailings can allow it again.")


LEFT, TAKEN = "mailings.left", "mailings.taken"
Reason = Suppression.Reason
_PORTION = 2000
_ALLOWED_BY_COLLEAGUES = (Reason.UNSUBSCRIBED, Reason.BY_HAND)
# Those beyond ASCII, which the database can't fold.
_FOREIGN = """
SELECT id, address::text FROM contacts_emailaddress
WHERE entity_id = ANY(%s::bigint[]) AND octet_length(address::text) <> length(address::text)
"""
# What was brought along with a contact becomes a suppression; what is one already shows on the contact.
_SETTLE = """
WITH mine AS (
    SELECT e.id, coalesce(f.folded, lower(e.address::text)) AS folded, e.opted_out_at
    FROM contacts_emailaddress e LEFT JOIN unnest(%s::bigint[], %s::text[]) f (id, folded) ON f.id = e.id
    WHERE e.entity_id = ANY(%s::bigint[])
), brought AS (
    INSERT INTO core_suppression (address, scope, reason, origin, created_at)
    SELECT folded, 'mailings', 'unsubscribed', 'contact', min(opted_out_at) FROM mine
    WHERE opted_out_at IS NOT NULL AND folded <> '' GROUP BY folded
    ON CONFLICT (address, scope) DO UPDATE SET reason = 'unsubscribed' WHERE core_suppression.reason = 'bounced'
)
UPDATE contacts_emailaddress e SET opted_out_at = s.created_at
FROM mine JOIN core_suppression s ON s.address = mine.folded AND s.scope = 'mailings' AND s.reason <> 'bounced'
WHERE e.id = mine.id AND mine.opted_out_at IS NULL
"""


def leave(
    *,
    addresses: Iterable[str],
    reason: Suppression.Reason,
    now: datetime,
    scope: str = Suppression.ALL,
    origin: str = "",
    actor: User | None = None,
) -> int:
    """Keep mailings of `scope` from these addresses and note it on the contacts that bear them; returns of how many
    anew. The caller has asked whether `actor` may; None: whoever bears the address, or the house.

    A stronger reason than before is noted as if it were the first: an undo of what stood before finds it changed.
    """
    folded = sorted({fold(each) for each in addresses} - {""})
    with operate(actor=actor, verb=LEFT, now=now) as recorder:
        images = {row.address: snapshot(row) for row in _rows(folded, scope).select_for_update()}
        count = suppress(addresses=folded, reason=reason, now=now, scope=scope, origin=origin, actor=actor)
        overruled = set()
        for row in _rows(folded, scope):
            if row.address not in images:
                recorder.created(row)
            elif recorder.updated(row, images[row.address]):
                overruled.add(row.address)
        if scope == Suppression.ALL and reason != Reason.BOUNCED:
            _note(folded, now, now=now, anew=overruled)
    return count


def leave_many(
    *,
    addresses: Iterable[str],
    reason: Suppression.Reason,
    now: datetime,
    scope: str = Suppression.ALL,
    origin: str = "",
    actor: User | None = None,
) -> int:
    """The same for a whole list, set-based: the copies on contacts follow without a Change each."""
    folded = sorted({fold(each) for each in addresses} - {""})
    count = 0
    for portion in portions(folded, _PORTION):
        before = dict(_rows(portion, scope).values_list("address", "reason"))
        count += suppress(addresses=portion, reason=reason, now=now, scope=scope, origin=origin, actor=actor)
        if scope == Suppression.ALL and reason != Reason.BOUNCED:
            changed = _rows(list(before), scope).filter(reason=reason).values_list("address", flat=True)
            mine = _bearing(portion, now, anew=[each for each in changed if before[each] != reason])
            locked = mine.select_for_update().order_by("pk").values_list("pk", flat=True)
            EmailAddress.objects.filter(pk__in=list(locked)).update(opted_out_at=now)
    return count


def take_again(
    *,
    address: str,
    now: datetime,
    scope: str = Suppression.ALL,
    reasons: Collection[str] = tuple(Reason),
    actor: User | None = None,
) -> bool:
    """Let mailings of `scope` go there again, if they were kept from it for one of `reasons`; False: they weren't."""
    with operate(actor=actor, verb=TAKEN, now=now) as recorder:
        row = _rows([fold(address)], scope).filter(reason__in=reasons).select_for_update().first()
        if row is None:
            return False
        _remove(row, recorder)
        if scope == Suppression.ALL:
            _note([row.address], None, now=now)
    return True


def switch_mailings(*, actor: User, email: EmailAddress, wanted: bool, now: datetime) -> int | None:
    """Note for the address of a contact whether it gets mailings; returns the id of the operation, None: it was so.

    Raises PermissionDenied unless the actor may edit the contact, ReportedAsSpam where that isn't for them to allow.
    """
    if not can_edit_entity(actor, email.entity):
        raise PermissionDenied
    with operate(actor=actor, verb=TAKEN if wanted else LEFT, now=now) as recorder:
        if not wanted:
            leave(addresses=[email.address], reason=Reason.BY_HAND, origin="contact", now=now, actor=actor)
        elif _rows([fold(email.address)], Suppression.ALL).filter(reason=Reason.COMPLAINED).exists():
            raise ReportedAsSpam
        else:
            take_again(address=email.address, reasons=_ALLOWED_BY_COLLEAGUES, now=now, actor=actor)
        return recorder.operation.pk if recorder.changes else None


def settle(entity_ids: Collection[int]) -> None:
    """Bring both in step for contacts that were written: new ones, imported ones, and changed addresses.

    An address that is corrected keeps what its owner wished.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FOREIGN, [array_of(entity_ids)])
        foreign = {pk: fold(address) for pk, address in cursor.fetchall()}
        cursor.execute(_SETTLE, [array_of(foreign), texts_of(foreign.values()), array_of(entity_ids)])


def spellings(folded: Iterable[str]) -> set[str]:
    """How contacts may write these folded addresses: the domain in ASCII, or in its own letters."""
    found = set(folded)
    for address in list(found):
        local, at, domain = address.rpartition("@")
        if "xn--" in domain:
            with ignoring(UnicodeError):
                found.add(f"{local}{at}{domain.encode('ascii').decode('idna')}")
    return found


def _bearing(folded: Collection[str], moment: datetime | None, *, anew: Collection[str] = ()) -> QuerySet[EmailAddress]:
    """Rows whose copy differs: none yet, or one to be taken away; those of `anew` in any case."""
    differs = Q(opted_out_at__isnull=moment is not None)
    return EmailAddress.objects.filter(differs | Q(address__in=spellings(anew)), address__in=spellings(folded))


def _note(folded: Collection[str], moment: datetime | None, *, now: datetime, anew: Collection[str] = ()) -> None:
    rows = _bearing(folded, moment, anew=anew)
    ids = sorted(set(rows.values_list("entity_id", flat=True)))
    if not ids:
        return
    with editing(ids, actor=None, verb=LEFT if moment else TAKEN, now=now, even_in_trash=True) as edit:
        for email in rows.filter(entity__in=ids).order_by("pk"):
            before = snapshot(email)
            email.opted_out_at = moment
            email.save(update_fields=["opted_out_at"])
            edit.updated(email, before, email.entity_id)


def _remove(row: Suppression, recorder: Recorder) -> None:
    recorder.removed(row)
    Suppression.objects.filter(pk=row.pk).delete()


def _rows(folded: Collection[str], scope: str) -> QuerySet[Suppression]:
    return Suppression.objects.filter(address__in=folded, scope=scope).order_by("pk")
