"""The parts that a claim names are kept with the drawing on which they were tapped."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.crm.drawing.parts import Part
from apps.crm.models import Claim, ClaimPart, ClaimSubject, Construction
from apps.crm.selectors.claim_subjects import Known, parts_of


def chosen_parts(construction: Construction | None, ids: Sequence[str]) -> list[Part]:
    """The parts of these ids in their order. Raises ValidationError under "parts" for one that isn't there."""
    known = {part.id: part for part in parts_of(construction)}
    if any(each not in known for each in ids):
        raise ValidationError({"parts": _("There is no such part on the drawing. Look at it again.")})
    return [part for part in known.values() if part.id in ids]


def keep_subject(claim: Claim, known: Known, parts: Sequence[Part]) -> None:
    """Called once, as the claim is filed."""
    construction = known.construction
    if construction is None:
        return
    ClaimSubject.objects.create(
        claim=claim,
        dealer_id=claim.dealer_id,
        construction=construction,
        scheme=construction.scheme,
        source=known.source,
        batch_id=known.batch_id,
    )
    ClaimPart.objects.bulk_create(
        ClaimPart(
            claim=claim,
            dealer_id=claim.dealer_id,
            construction=construction,
            part=part.id,
            kind=part.kind,
            label=part.name[:200],
            number=part.number,
        )
        for part in parts
    )
