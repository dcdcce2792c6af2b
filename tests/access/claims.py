"""A claim with a photo and a talk with a file at each of the two dealers; a news item and a page for everybody."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from apps.activities.models import Notice
from apps.crm.models import ClaimCause, DealerUser, GuidePage, LedgerEntry, NewsItem, Order
from apps.crm.services.claim_filing import ClaimInput, file_claim
from apps.crm.services.claim_photos import keep_photos
from apps.crm.services.disputes import dispute_entry
from apps.crm.services.threads import post_message
from tests.conftest import NOW

if TYPE_CHECKING:
    from tests.access.world import World


def add_claims(world: World) -> None:
    told: dict[str, Any] = {"created_at": NOW, "changed_at": NOW, "starts_at": NOW, "is_published": True}
    news = NewsItem.objects.create(title="New glass", **told)
    page = GuidePage.objects.create(title="How to measure", slug="how-to-measure", **told)
    for scope in ("dealer", "other_dealer"):
        world.places[f"{scope} dispute"] = {"claim_id": _dispute(world.records[f"{scope}_user"])}
        found = _place(world.records[f"{scope}_user"], world.records["order" if scope == "dealer" else "other_order"])
        world.places[scope] |= found | {"item_id": news.pk, "page_id": page.pk, "slug": page.slug}


def _dispute(person: DealerUser) -> int:
    entry = LedgerEntry.objects.filter(dealer=person.dealer).earliest("pk")
    return dispute_entry(actor=person.user, entry=entry, text="Paid already", now=NOW).pk


def _place(person: DealerUser, order: Order) -> dict[str, Any]:
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(picture, "PNG")
    photos, _complaints = keep_photos([SimpleUploadedFile("a.png", picture.getvalue())], now=NOW)
    piece = order.constructions.get()
    data = ClaimInput(
        order=order, kind="damage", text="The pane is cracked", photos=photos, construction=piece, parts=["pane"]
    )
    claim = file_claim(actor=person.user, data=data, now=NOW)
    plan = SimpleUploadedFile("plan.txt", b"Two windows")
    message = post_message(actor=person.user, record=claim, text="Look", uploads=[plan], now=NOW)
    notice = Notice.objects.create(
        user=person.user, at=NOW, event="decided", verb="claim.refused", record_type="crm.claim", record_id=claim.pk
    )
    return {
        "claim_id": claim.pk,
        "cause_id": ClaimCause.objects.get(key="transport").pk,
        "photo_id": claim.photos.get().pk,
        "activity_id": message.pk,
        "file_id": message.files.get().pk,
        "notice_id": notice.pk,
    }
