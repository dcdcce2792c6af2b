"""Pictures of constructions, taken at the plant or at delivery: added by staff, shown to the dealer at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from apps.core.services.operations import operate
from apps.crm.models import Construction, ConstructionPhoto, OrderState
from apps.crm.permissions.orders import can_add_photos
from apps.crm.services.claim_photos import Kept
from apps.crm.services.feed.announcing import announce
from apps.crm.services.feed.outcome import Outcome

if TYPE_CHECKING:
    from apps.accounts.models import User

VERB = "order.photos_added"
MOST_PHOTOS = 24  # of a construction


def add_construction_photos(
    *, actor: User, construction: Construction, photos: Sequence[Kept], caption: str = "", now: datetime
) -> None:
    """Let these stand with the construction. Raises PermissionDenied, ValidationError under "photos"."""
    if not can_add_photos(actor):
        raise PermissionDenied
    if not photos:
        return
    with operate(actor=actor, verb=VERB, now=now, undoable=False) as recorder:
        locked = Construction.objects.select_for_update().get(pk=construction.pk)
        if locked.photos.count() + len(photos) > MOST_PHOTOS:
            raise ValidationError({"photos": _("A construction has %(most)s photos at most.") % {"most": MOST_PHOTOS}})
        for each in photos:
            made = ConstructionPhoto.objects.create(
                construction=locked,
                order_id=locked.order_id,
                dealer_id=locked.dealer_id,
                file_id=each.file_id,
                caption=" ".join(caption.split())[:200],
                taken_at=now,
            )
            recorder.created(made)
        _tell_pages(locked)


def _tell_pages(construction: Construction) -> None:
    """What is kept of the dealer's pages is drawn anew; of orders that the plant hasn't approved nobody hears."""
    pk, outcome = construction.order_id, Outcome()
    for status in OrderState.objects.filter(order=pk, order__approved_at__isnull=False).values_list(
        "status", flat=True
    ):
        outcome.touched[construction.dealer_id] = {pk}
        outcome.statuses[pk] = status
    announce(outcome)
