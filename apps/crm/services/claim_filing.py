"""A dealer files a claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from apps.activities.services.recording import clean_text
from apps.core.database_roles import as_house
from apps.core.services.operations import operate
from apps.crm.models import Claim, Construction, Dealer, Inquiry, LedgerEntry, Order, Shipment
from apps.crm.permissions.claims import can_file_claim
from apps.crm.promises import promised_by
from apps.crm.selectors.claim_subjects import what_is_known
from apps.crm.services.claim_history import record_step
from apps.crm.services.claim_parts import chosen_parts, keep_subject
from apps.crm.services.claim_photos import MOST_PHOTOS, Kept, attach
from apps.crm.services.inquiries import open_inquiry
from apps.crm.signals import claim_filed

if TYPE_CHECKING:
    from apps.accounts.models import User


@dataclass(frozen=True, kw_only=True)
class ClaimInput:
    """`order` or `entry` were read as ones that the actor sees; `parts` are ids of the construction's parts.

    Without a `shipment` the newest one counts that carried the construction. Words may stay out where parts are named.
    With `entry` it is a dispute, which is `services.disputes`' to file; `expected` is what the line should be.
    """

    order: Order | None
    kind: str
    text: str = ""
    construction: Construction | None = None
    shipment: Shipment | None = None
    parts: Sequence[str] = ()
    photos: Sequence[Kept] = ()
    entry: LedgerEntry | None = None
    expected: Decimal | None = None

    @property
    def subject(self) -> Order | LedgerEntry:
        """What tells the dealer and the plant. Raises ValueError where it is about nothing."""
        found = self.order or self.entry
        if found is None:
            raise ValueError("A claim is about an order or a line of an account.")
        return found


def file_claim(*, actor: User, data: ClaimInput, now: datetime) -> Claim:
    """Keep the claim under a number of its own, promise a day, and send it to a claim manager.

    Raises PermissionDenied, ValidationError by field.
    """
    if not can_file_claim(actor, data.subject.dealer_id):
        raise PermissionDenied
    text = _checked(data)
    parts = chosen_parts(data.construction, data.parts)
    known = what_is_known(data.order, data.construction, actor) if data.order and not data.entry else None
    with as_house(), operate(actor=actor, verb="claim.filed", now=now, undoable=False) as recorder:
        claim = _row(actor, data, text, now)
        claim.shipment = data.shipment or (known.shipment if known else None)
        claim.parts = [part.id for part in parts]
        claim.save(force_insert=True)
        if known:
            keep_subject(claim, known, parts)
        attach(claim, data.photos)
        recorder.created(claim)
        claim.manager = open_inquiry(dealer=claim.dealer, kind=Inquiry.Kind.CLAIM, claim=claim, now=now).manager
        claim.save(update_fields=["manager"])
        words = text or ", ".join(part.name for part in parts)
        record_step(claim, "claim.filed", actor=actor, text=words, now=now)
        claim_filed.send(sender=Claim, claim=claim, now=now)
    return claim


@transaction.atomic
def add_photos(*, actor: User, claim: Claim, photos: Sequence[Kept], now: datetime) -> None:
    """More photos for a claim that isn't closed. Raises PermissionDenied, ValidationError under "photos"."""
    if not can_file_claim(actor, claim.dealer_id):
        raise PermissionDenied
    if claim.closed_at is not None:
        raise ValidationError({"photos": _("This claim is closed.")})
    with as_house():
        locked = Claim.objects.select_for_update(of=("self",)).select_related("dealer__entity").get(pk=claim.pk)
        if locked.photos.count() + len(photos) > MOST_PHOTOS:
            raise ValidationError({"photos": _("A claim holds %(most)s photos at most.") % {"most": MOST_PHOTOS}})
        attach(locked, photos)
        record_step(locked, "claim.photos_added", actor=actor, now=now)


def _checked(data: ClaimInput) -> str:
    if data.kind not in Claim.Kind.values:
        raise ValidationError({"kind": _("There is no such choice.")})
    if len(data.photos) > MOST_PHOTOS:
        raise ValidationError({"photos": _("A claim holds %(most)s photos at most.") % {"most": MOST_PHOTOS}})
    for record, field in ((data.construction, "construction"), (data.shipment, "shipment")):
        order_id = data.order.pk if data.order else None
        if record is not None and getattr(record, "order_id", order_id) != order_id:
            raise ValidationError({field: _("This belongs to another order.")})
    return clean_text(data.text, required=not data.parts)


def _row(actor: User, data: ClaimInput, text: str, now: datetime) -> Claim:
    pk = _next_id()
    zone = ZoneInfo(settings.RAPPORT_TIME_ZONE)
    return Claim(
        pk=pk,
        number=f"C-{pk:06d}",
        dealer=Dealer.objects.select_related("entity").get(pk=data.subject.dealer_id),
        plant_id=data.subject.plant_id,
        order=data.order,
        entry=data.entry,
        expected=data.expected,
        construction=data.construction,
        kind=data.kind,
        text=text,
        author=actor,
        author_name=str(actor),
        made_at=now,
        due_at=promised_by(data.kind, now, days=settings.RAPPORT_CLAIM_DAYS, zone=zone),
        changed_at=now,
    )


def _next_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('crm_claim', 'id'))")
        return int(cursor.fetchone()[0])
