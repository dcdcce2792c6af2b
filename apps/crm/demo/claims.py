"""The demo's claims: parts tapped on drawings of delivered windows, most of them decided, for the report of causes."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal

from apps.accounts.models import User
from apps.crm.demo.people import DOMAIN
from apps.crm.models import Claim, ClaimCause, Construction, DealerUser, Stage
from apps.crm.selectors.claim_subjects import parts_of
from apps.crm.services.claim_filing import ClaimInput, file_claim
from apps.crm.services.claim_steps import Decision, decide

_MOST = 36
_TELLING = {"pane": "Тріщина в куті склопакета", "handle": "Ручка не повертається", "frame": "Подряпина на рамі"}
_OFTEN = ("pane", "handle", "sash", "frame")
_LIKELY = ("production", "transport", "transport", "mounting", "measuring", "dealer", "none")


def file_claims(*, now: datetime) -> int:
    """Some weeks of claims; how many. None where nobody is there to decide them, or no window was delivered."""
    dice = random.Random(20261102)  # noqa: S311  the same demo each time
    manager = User.objects.filter(email=f"claims@{DOMAIN}").first()
    owner = DealerUser.objects.filter(email=f"dealer@{DOMAIN}").select_related("user").first()
    if manager is None or owner is None:
        return 0
    causes = {cause.key: cause for cause in ClaimCause.objects.offered()}
    delivered = Construction.objects.filter(scheme__isnull=False, order__state__stage=Stage.DELIVERED)
    delivered = delivered.filter(order__state__delivered_at__lt=now).select_related("order__state", "order__dealer")
    own = list(delivered.filter(dealer=owner.dealer_id).order_by("pk")[:6])
    chosen = own + list(delivered.exclude(dealer=owner.dealer_id).order_by("-pk")[:_MOST])
    planned = [(_after(piece, dice, now), piece) for piece in chosen]
    # Decisions are made in turn, each later than those before.
    for number, (at, piece) in enumerate(sorted(planned, key=lambda each: (each[0], each[1].pk))):
        author = owner.user if piece.dealer_id == owner.dealer_id else manager
        claim = _file(piece, author, dice, at)
        decided = at + timedelta(days=1)
        if number % 4 and decided < now:
            _decide(claim, manager, causes.get(dice.choice(_LIKELY)), dice, decided)
    return len(planned)


def _after(piece: Construction, dice: random.Random, now: datetime) -> datetime:
    """Some hours or days after it was delivered."""
    delivered = piece.order.state.delivered_at or now
    return min(delivered + timedelta(hours=dice.randint(2, 90)), now)


def _decide(claim: Claim, manager: User, cause: ClaimCause | None, dice: random.Random, at: datetime) -> None:
    given = Decimal(dice.randint(4, 30) * 100) if dice.random() < 0.6 else None
    words = "Замінимо наступною доставкою" if given is None else "Компенсуємо"
    claim.refresh_from_db()
    decision = Decision(accepted=True, text=words, amount=given, cause=cause)
    decide(actor=manager, claim=claim, version=claim.version, decision=decision, now=at)


def _file(piece: Construction, author: User, dice: random.Random, at: datetime) -> Claim:
    part = dice.choice([part for part in parts_of(piece) if part.kind in _OFTEN] or parts_of(piece))
    data = ClaimInput(
        order=piece.order,
        construction=piece,
        kind=Claim.Kind.FUNCTION if part.kind == "handle" else Claim.Kind.DAMAGE,
        text=_TELLING.get(part.kind, "Стулка зачіпає раму"),
        parts=[part.id],
    )
    return file_claim(actor=author, data=data, now=at)
