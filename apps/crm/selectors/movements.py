"""Lines of an account with what they correct beside them, whether they are disputed, and who told them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apps.crm.models import Claim, FeedStatus, LedgerEntry

if TYPE_CHECKING:
    from apps.crm.models.ledger import LedgerEntryQuerySet


@dataclass(frozen=True, slots=True)
class Movement:
    """`corrects` is the line that this one takes back, comes instead of, or answers a dispute about."""

    entry: LedgerEntry
    source: str  # its title
    corrects: LedgerEntry | None
    is_taken_back: bool
    dispute: Claim | None  # not one that came to nothing
    claim: Claim | None  # that the line names

    @property
    def is_beside(self) -> bool:
        """Stands right behind what it corrects."""
        return self.corrects is not None

    @property
    def may_be_wrong(self) -> bool:
        """Whether anybody can still dispute it."""
        return self.entry.reverses_id is None and not self.is_taken_back and self.dispute is None


def moved(lines: LedgerEntryQuerySet, found: Sequence[LedgerEntry]) -> list[Movement]:
    """`found` are some of the account's `lines`, in their order; corrections come right after what they correct."""
    ids = [entry.pk for entry in found]
    whole = lines.order_by()
    taken_back = set(whole.filter(reverses__in=ids).values_list("reverses_id", flat=True))
    claims = _claims(found)
    corrected = _corrected(whole, found, claims)
    disputes = disputes_of(ids)
    plants = {entry.plant_id for entry in found}
    titles = dict(FeedStatus.objects.filter(plant__in=plants).values_list("source", "title"))
    rows = {
        entry.pk: Movement(
            entry,
            titles.get(entry.source) or entry.source,
            corrected.get(entry.pk),
            entry.pk in taken_back,
            disputes.get(entry.pk),
            claims.get(entry.claim_number),
        )
        for entry in found
    }
    return [rows[pk] for pk in _beside(found, corrected)]


def disputes_of(entry_ids: Sequence[int]) -> dict[int, Claim]:
    """The dispute of each of these lines, which the reader was found to see: the open one, or the last one decided."""
    found = Claim.objects.filter(entry__in=entry_ids).select_related("compensation").order_by("-closed_at", "pk")
    told = [claim for claim in found if claim.is_open or claim.decided_at is not None]
    told.sort(key=lambda claim: (claim.is_open, claim.pk))
    return {claim.entry_id: claim for claim in told if claim.entry_id is not None}


def _claims(found: Sequence[LedgerEntry]) -> dict[str, Claim]:
    numbers = {entry.claim_number for entry in found if entry.claim_number}
    if not numbers:
        return {}
    dealers = {entry.dealer_id for entry in found}
    return {claim.number: claim for claim in Claim.objects.filter(number__in=numbers, dealer__in=dealers)}


def _corrected(
    whole: LedgerEntryQuerySet, found: Sequence[LedgerEntry], claims: Mapping[str, Claim]
) -> dict[int, LedgerEntry]:
    """What each of these lines corrects: by its reversal, by the claim it answers, or as an older version of it."""
    versions: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    keys = {entry.key for entry in found if entry.reverses_id is None}
    sources = {entry.source for entry in found}
    same = whole.filter(source__in=sources, key__in=keys, reverses=None).values_list("source", "key", "version", "pk")
    for source, key, version, pk in same:
        versions[source, key].append((version, pk))
    wanted: dict[int, int] = {}
    for entry in found:
        claim = claims.get(entry.claim_number)
        if entry.reverses_id is not None:
            wanted[entry.pk] = entry.reverses_id
        elif older := [each for each in versions[entry.source, entry.key] if each[0] < entry.version]:
            wanted[entry.pk] = max(older)[1]
        elif claim is not None and claim.entry_id is not None:
            wanted[entry.pk] = claim.entry_id
    there = {entry.pk: entry for entry in found}
    missing = whole.in_bulk([pk for pk in wanted.values() if pk not in there])
    corrected = {pk: there.get(target) or missing.get(target) for pk, target in wanted.items()}
    return {pk: entry for pk, entry in corrected.items() if entry is not None}


def _beside(found: Sequence[LedgerEntry], corrected: Mapping[int, LedgerEntry]) -> list[int]:
    """The ids in their order, each correction behind what it corrects where that is one of them."""
    places = {entry.pk: number for number, entry in enumerate(found)}

    def root(pk: int) -> int:
        seen = {pk}
        while pk in corrected and corrected[pk].pk in places and corrected[pk].pk not in seen:
            pk = corrected[pk].pk
            seen.add(pk)
        return pk

    return sorted(places, key=lambda pk: (places[root(pk)], places[pk]))
