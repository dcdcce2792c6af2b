"""One portion of an import: planned and written in one transaction; a bad record never stops the good ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import DataError, IntegrityError, OperationalError, connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from apps.contacts.formats.records import Card, Rejected, Skipped
from apps.contacts.models import Entity, ImportReview
from apps.contacts.services import copies
from apps.contacts.services.imports.cards import card_to_json
from apps.contacts.services.imports.context import Context, Counts, Rejection
from apps.contacts.services.imports.copying import Packed, copy
from apps.contacts.services.imports.creating import create
from apps.contacts.services.imports.custom import CustomFields
from apps.contacts.services.imports.drafts import Draft, draft_of, settle
from apps.contacts.services.imports.invitations import invite
from apps.contacts.services.imports.labels import are_known
from apps.contacts.services.imports.matching import Found
from apps.contacts.services.imports.merging import merge
from apps.contacts.services.imports.organisations import job_key
from apps.contacts.services.imports.planning import Plan, Planner, free_uids
from apps.contacts.services.imports.rows import Rows
from apps.contacts.services.imports.updating import Existing, Updates, load
from apps.contacts.signals import entities_created, entities_updated
from apps.core.models import Operation

Item = Draft | Rejected | Skipped
# What the database says to a record that it doesn't take.
REFUSALS = (DataError, IntegrityError, OperationalError, UnicodeEncodeError)


@dataclass(slots=True)
class Outcome:
    """What became of a portion."""

    counts: Counts = field(default_factory=Counts)
    rejections: list[Rejection] = field(default_factory=list)
    created: list[int] = field(default_factory=list)
    updated: list[int] = field(default_factory=list)

    def add(self, other: Outcome) -> None:
        self.counts.add(other.counts)
        self.rejections += other.rejections
        self.created += other.created
        self.updated += other.updated


@dataclass(slots=True)
class Prepared:
    """A portion ready to be written, by whatever connection."""

    outcome: Outcome
    employers: list[int]
    operation: Operation | None
    now: datetime
    tables: list[Packed] = field(default_factory=list)

    def write(self, *, alone: bool = False) -> None:
        """Write it in the caller's transaction; what the database refuses it refuses here, not at the commit.

        `alone`: nothing else is written in that transaction, so each table's keys are checked while its rows are at
        hand. Elsewhere some may point to rows that come now.
        """
        with connection.cursor() as cursor:
            if alone:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for packed in self.tables:
                copy(packed)
            if self.employers:
                locked = Entity.objects.select_for_update(no_key=True).filter(pk__in=self.employers).order_by("pk")
                Entity.objects.filter(pk__in=list(locked.values_list("pk", flat=True))).update(version=F("version") + 1)
            if not alone:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    def tell(self) -> None:
        fact = {"sender": Entity, "operation": self.operation, "now": self.now}
        if self.outcome.created:
            entities_created.send(ids=self.outcome.created, **fact)
        if self.outcome.updated:
            entities_updated.send(ids=self.outcome.updated, **fact)


class Portions:
    """Applies the portions of one run, in their order."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.fields = CustomFields(region=context.choices.region)
        self.planner = Planner(context)

    def draft(self, card: Card) -> Draft:
        """A draft of `card`, read as this run reads them."""
        return draft_of(card, region=self.context.choices.region, home=self.context.home, fields=self.fields)

    def apply(self, items: Sequence[Item], *, file_name: str) -> Outcome:
        """Bring in `items` in the caller's transaction; what the database refuses is found out and rejected alone."""
        try:
            with transaction.atomic():
                return self._apply(items, file_name)
        except REFUSALS as error:
            if connection.connection is None or connection.connection.closed:
                raise
            self.forget()
            if len(items) == 1:
                return _refused(items[0], error, file_name)
        outcome = Outcome()
        # Halved again and again: a single bad record among a thousand costs a few rounds, not a thousand.
        middle = len(items) // 2
        for part in (items[:middle], items[middle:]):
            outcome.add(self.apply(self.afresh(part), file_name=file_name))
        return outcome

    def prepare(self, items: Sequence[Item], *, file_name: str) -> Prepared | None:
        """Make ready a portion that only creates, while the one before it is being written.

        None where there is more to it than rows to add: such a portion is for `apply`, when all before it is written.
        """
        outcome, drafts = _sorted(items, file_name)
        if self.context.choices.make_users or not are_known(drafts, self.context):
            return None
        plan = self.planner.plan(drafts)
        outcome.counts.skipped += plan.skipped
        known = self.context.organisations
        if not plan.only_creates() or any(
            draft.name_key in known for draft in plan.create if draft.values["kind"] == Entity.Kind.ORGANISATION
        ):
            return None
        rows = Rows()
        prepared = self._created(plan, outcome, rows)
        prepared.tables = rows.pack()
        return prepared

    def make_all(self, drafts: Sequence[Draft]) -> Outcome:
        """Create all of these, whoever they look like; in the caller's transaction."""
        free_uids(drafts)
        return self._carry_out(Plan(create=list(drafts)), Outcome())

    def update_all(self, pairs: Sequence[tuple[Draft, int]]) -> Outcome:
        """Lay each draft over the contact of this id; in the caller's transaction."""
        found = {pk: Found(pk, 1, "", 0, 0, self.context.now) for _, pk in pairs}
        return self._carry_out(Plan(update=[(draft, found[pk]) for draft, pk in pairs]), Outcome())

    def forget(self) -> None:
        """After a rollback nothing that was learnt in it is true any more."""
        self.context.forget()
        self.planner.forget()

    def afresh(self, items: Sequence[Item]) -> list[Item]:
        """`items` as they were before they were tried."""
        return [self.draft(item.card) if isinstance(item, Draft) else item for item in items]

    def _apply(self, items: Sequence[Item], file_name: str) -> Outcome:
        outcome, drafts = _sorted(items, file_name)
        plan = self.planner.plan(drafts)
        outcome.counts.skipped += plan.skipped
        if self.context.choices.dry_run:
            self.planner.count(plan, outcome.counts)
            return outcome
        self._carry_out(plan, outcome)
        self.planner.forget()
        return outcome

    def _carry_out(self, plan: Plan, outcome: Outcome) -> Outcome:
        context, counts, rows = self.context, outcome.counts, Rows()
        for draft, first in plan.again:
            merged = merge(first, draft, overwrite=context.choices.overwrite)
            counts.updated += bool(merged)
            counts.skipped += not merged
            if merged.fields or merged.units or merged.details:
                settle(first)
        existing = load(found.entity_id for _, found in (*plan.update, *plan.adopt))
        updates = Updates(context)
        gaining = self._lay_over(plan, existing, updates, counts)
        prepared = self._created(plan, outcome, rows, gaining)
        outcome.updated = updates.write(rows, adopted=[found.entity_id for _, found in plan.adopt])
        self._reviews(plan)
        prepared.tables = rows.pack()
        prepared.write()
        copies.refresh(outcome.updated, now=context.now)
        if context.choices.make_users and context.operation is not None:
            invite(plan.create, actor=context.actor, operation=context.operation, now=context.now)
        counts.created += len(plan.adopt)
        counts.skipped += len(plan.review)
        counts.organisations -= len({found.entity_id for _, found in plan.adopt})
        prepared.tell()
        return outcome

    def _created(self, plan: Plan, outcome: Outcome, rows: Rows, gaining: Sequence[Draft] = ()) -> Prepared:
        implied = create(plan.create, self.context, rows, also_employers_of=gaining)
        outcome.counts.created += len(plan.create)
        outcome.counts.organisations += len(implied)
        outcome.created = [draft.entity_id for draft in (*implied, *plan.create)]
        employers = self._employers_to_bump([*plan.create, *gaining], implied)
        return Prepared(outcome, employers, self.context.operation, self.context.now)

    def _lay_over(self, plan: Plan, existing: dict[int, Existing], updates: Updates, counts: Counts) -> list[Draft]:
        gaining = []
        adopted = {id(draft) for draft, _ in plan.adopt}
        for draft, found in (*plan.update, *plan.adopt):
            target = existing.get(found.entity_id)
            merged = merge(target, draft, overwrite=self.context.choices.overwrite) if target else None
            # Nothing is gained where somebody took it away between the look and the lock.
            gains = target is not None and merged is not None and updates.take(target, merged, draft)
            if gains:
                gaining.append(draft)
            if id(draft) not in adopted:
                counts.updated += gains
                counts.skipped += not gains
        return gaining

    def _reviews(self, plan: Plan) -> None:
        if self.context.contact_import is None:
            return
        # Candidates created in this very portion are in the table when the transaction ends.
        ImportReview.objects.bulk_create(
            [
                ImportReview(
                    contact_import=self.context.contact_import,
                    index=draft.index,
                    card=card_to_json(draft.card),
                    candidate_id=(candidate.entity_id if isinstance(candidate, Draft) else candidate) or None,
                    created_at=self.context.now,
                )
                for draft, candidate in plan.review
            ],
            batch_size=500,
        )

    def _employers_to_bump(self, drafts: Iterable[Draft], implied: Sequence[Draft]) -> list[int]:
        """A new tie is a change of both its ends: an employer's version is raised by its first tie of a run."""
        known, bumped = self.context.organisations, self.context.bumped
        bumped.update(draft.entity_id for draft in implied)
        new = {draft.entity_id for draft in drafts}
        tied = {known[key][0] for draft in drafts for job in draft.jobs if (key := job_key(job)) in known}
        older = sorted(tied - new - bumped)
        bumped.update(older)
        return older


def _sorted(items: Sequence[Item], file_name: str) -> tuple[Outcome, list[Draft]]:
    outcome = Outcome(Counts(read=len(items)))
    drafts = []
    for item in items:
        if isinstance(item, Rejected):
            outcome.rejections.append(Rejection(file_name, item.index, item.reason, item.excerpt, item.line))
        elif isinstance(item, Skipped):
            outcome.counts.skipped += 1
        else:
            item.file_name = file_name
            drafts.append(item)
    outcome.counts.rejected = len(outcome.rejections)
    return outcome, drafts


def _refused(item: Item, error: Exception, file_name: str) -> Outcome:
    reason = _("The database refused it: %(why)s") % {"why": str(error).split("\n")[0][:300]}
    excerpt = (item.card.full_name or item.values.get("display_name", ""))[:500] if isinstance(item, Draft) else ""
    excerpt = excerpt.encode("utf-8", "replace").decode()
    return Outcome(Counts(read=1, rejected=1), [Rejection(file_name, item.index, reason, excerpt)])
