"""What happens with a claim, written into the one history and shown to its dealer; open pages hear of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from apps.activities.models import Activity
from apps.activities.services.recording import Context, Entry, record
from apps.core import live
from apps.crm.models import Claim
from apps.crm.models.reach import portal_reader

if TYPE_CHECKING:
    from apps.accounts.models import User

CONTEXT = "crm.claim"
KIND = "claim"


def record_step(claim: Claim, verb: str, *, actor: User | None, text: str = "", now: datetime) -> Activity:
    """One entry ("claim.decided"). Never an amount: readers without money see it too."""
    entry = Entry(
        kind=KIND,
        verb=verb,
        occurred_at=now,
        entities=[claim.dealer.entity],
        context=Context(CONTEXT, claim.pk),
        text=text,
        facts={"claim": claim.number, **author_facts(actor)},
        shown_to=claim.dealer.entity,
    )
    activity = record(entry, actor=actor, now=now)
    tell_pages(claim)
    return activity


def author_facts(actor: User | None) -> dict[str, str]:
    """Who speaks, for readers whose database role knows no users."""
    if actor is None:
        return {"author": "", "side": "house"}
    return {"author": str(actor), "side": "house" if portal_reader(actor) is None else "dealer"}


def tell_pages(claim: Claim) -> None:
    """The claim's own page, the dealer's lists and the board; ids, and never money."""
    live.publish(f"thread:claim:{claim.pk}", "thread", {"id": claim.pk})
    live.publish(f"dealer:{claim.dealer_id}", "claims-changed", {"ids": [claim.pk]})
    live.publish("claims:all", "claims-changed", {"ids": [claim.pk]})
    if claim.is_dispute:  # its line says how it stands
        live.publish(f"dealer:{claim.dealer_id}", "ledger-changed", {})
