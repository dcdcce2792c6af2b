"""Records that look like contacts already here, when a person wants to be asked: mine or theirs, one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, QuerySet

from apps.contacts.formats.records import Card
from apps.contacts.models import Entity, Import, ImportReview
from apps.contacts.services.imports.cards import card_from_json
from apps.contacts.services.imports.context import Choices, Context, Counts
from apps.contacts.services.imports.portions import Outcome, Portions
from apps.core.models import Operation

if TYPE_CHECKING:
    from apps.accounts.models import User

WAITS_FOR = timedelta(days=30)
Decision = ImportReview.Decision


@dataclass(slots=True)
class Decided:
    """What the decisions came to, and the rows that could not be settled so."""

    counts: Counts = field(default_factory=Counts)
    refused: list[int] = field(default_factory=list)


@transaction.atomic
def decide(
    *, actor: User, contact_import: Import, decisions: Mapping[int, str], overwrite: bool = False, now: datetime
) -> Decided:
    """Settle waiting records: `decisions` is create, update or skip by the id of the review.

    The changes belong to the import's own operation, so that undoing it undoes them too. What was decided before
    stays as it was. Raises PermissionDenied for another person's import.
    """
    if contact_import.created_by_id != actor.pk:
        raise PermissionDenied
    if contact_import.operation is None or contact_import.operation.state == Operation.State.UNDONE:
        return Decided(refused=sorted(decisions))  # the rest of it is gone again
    rows = list(waiting(contact_import).select_for_update().filter(pk__in=decisions).order_by("pk"))
    by_choice: dict[str, list[ImportReview]] = {choice: [] for choice in Decision.values}
    for row in rows:
        if (choice := decisions[row.pk]) in by_choice:
            by_choice[choice].append(row)
    done = Decided()
    candidates = [row.candidate_id for row in by_choice[Decision.UPDATE]]
    editable = Entity.objects.live().editable_by(actor).filter(pk__in=[pk for pk in candidates if pk])
    seen = set(editable.values_list("pk", flat=True))
    done.refused = [row.pk for row in by_choice[Decision.UPDATE] if row.candidate_id not in seen]
    by_choice[Decision.UPDATE] = [row for row in by_choice[Decision.UPDATE] if row.candidate_id in seen]
    context = _context(contact_import, overwrite=overwrite)
    for choice, chosen in by_choice.items():
        if not chosen:
            continue
        if choice != Decision.SKIP:
            outcome = _bring(chosen, choice, context)
            done.counts.add(outcome.counts)
        ids = [row.pk for row in chosen]
        ImportReview.objects.filter(pk__in=ids).update(decision=choice, decided_at=now)
    _settle_counts(contact_import, done.counts)
    return done


def settle_waiting(*, now: datetime) -> int:
    """What has waited for 30 days counts as skipped; return how many records that were."""
    late = ImportReview.objects.filter(decision="", created_at__lt=now - WAITS_FOR)
    return late.update(decision=Decision.SKIP, decided_at=now)


def card_of(review: ImportReview) -> Card:
    """The record that waits."""
    return card_from_json(review.card)


def waiting(contact_import: Import) -> QuerySet[ImportReview]:
    """The records of an import that nobody has decided on."""
    return ImportReview.objects.filter(contact_import=contact_import, decision="")


def _context(contact_import: Import, *, overwrite: bool) -> Context:
    operation = contact_import.operation or Operation()
    choices = Choices(
        duplicates=Import.Duplicates.UPDATE,
        overwrite=overwrite,
        folder=contact_import.folder,
        region=contact_import.options.get("region", ""),
    )
    return Context(
        actor=contact_import.created_by, operation=operation, choices=choices, now=operation.created_at,
        contact_import=contact_import,
    )  # fmt: skip


def _bring(rows: Sequence[ImportReview], choice: str, context: Context) -> Outcome:
    portions = Portions(context)
    drafts = [(portions.draft(card_of(row)), row) for row in rows]
    if choice == Decision.CREATE:
        return portions.make_all([draft for draft, _ in drafts])
    return portions.update_all([(draft, row.candidate_id or 0) for draft, row in drafts])


def _settle_counts(contact_import: Import, counts: Counts) -> None:
    """Waiting records counted as skipped; those that came in after all count as what they became."""
    Import.objects.filter(pk=contact_import.pk).update(
        created=F("created") + counts.created,
        updated=F("updated") + counts.updated,
        skipped=F("skipped") - counts.created - counts.updated,
        organisations=F("organisations") + counts.organisations,
    )
