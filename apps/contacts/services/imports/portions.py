"""One portion of an import: matched, planned and written in one transaction; a bad record never stops the good ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import DataError, IntegrityError, OperationalError, connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from apps.contacts.formats.records import Card, Rejected, Skipped
from apps.contacts.models import Entity, Import, ImportReview
from apps.contacts.services import copies
from apps.contacts.services.imports.cards import card_to_json
from apps.contacts.services.imports.context import Context, Counts, Rejection
from apps.contacts.services.imports.creating import create
from apps.contacts.services.imports.custom import CustomFields
from apps.contacts.services.imports.drafts import Draft, draft_of, settle
from apps.contacts.services.imports.invitations import invite
from apps.contacts.services.imports.matching import Found, find_matches
from apps.contacts.services.imports.merging import merge
from apps.contacts.services.imports.organisations import job_key
from apps.contacts.services.imports.rows import Rows
from apps.contacts.services.imports.updating import Existing, Updates, load
from apps.contacts.services.imports.within import Earlier, FileIndex
from apps.contacts.signals import entities_created, entities_updated

Item = Draft | Rejected | Skipped


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
class _Plan:
    create: list[Draft] = field(default_factory=list)
    update: list[tuple[Draft, Found]] = field(default_factory=list)
    adopt: list[tuple[Draft, Found]] = field(default_factory=list)  # organisations made on the way, now described
    again: list[tuple[Draft, Draft]] = field(default_factory=list)  # further cards of one that is being created
    review: list[tuple[Draft, int | Draft | None]] = field(default_factory=list)
    skipped: int = 0


class Portions:
    """Applies the portions of one run, in their order."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.fields = CustomFields(region=context.choices.region)
        self._seen = FileIndex(keeps_drafts=not context.choices.dry_run)

    def apply(self, items: Sequence[Item], *, file_name: str) -> Outcome:
        """Bring in `items` in the caller's transaction; what the database refuses is found out and rejected alone."""
        try:
            with transaction.atomic():
                return self._apply(items, file_name)
        except (DataError, IntegrityError, OperationalError, UnicodeEncodeError) as error:
            if connection.connection is None or connection.connection.closed:
                raise
            self.context.forget()
            self._seen.clear()
            if len(items) == 1:
                return self._refused(items[0], error, file_name)
        outcome = Outcome()
        # Halved again and again: a single bad record among a thousand costs a few rounds, not a thousand.
        middle = len(items) // 2
        for part in (items[:middle], items[middle:]):
            outcome.add(self.apply([self._again(item) for item in part], file_name=file_name))
        return outcome

    def make_all(self, drafts: Sequence[Draft]) -> Outcome:
        """Create all of these, whoever they look like; in the caller's transaction."""
        outcome = Outcome()
        self._free_uids(drafts)
        self._carry_out(_Plan(create=list(drafts)), outcome)
        return outcome

    def update_all(self, pairs: Sequence[tuple[Draft, int]]) -> Outcome:
        """Lay each draft over the contact of this id; in the caller's transaction."""
        outcome = Outcome()
        found = {pk: Found(pk, 1, "", 0, 0, self.context.now) for _, pk in pairs}
        self._carry_out(_Plan(update=[(draft, found[pk]) for draft, pk in pairs]), outcome)
        return outcome

    def draft(self, card: Card) -> Draft:
        """A draft of `card`, read as this run reads them."""
        return draft_of(card, region=self.context.choices.region, home=self.context.home, fields=self.fields)

    def _again(self, item: Item) -> Item:
        """A draft as it was before it was tried."""
        return self.draft(item.card) if isinstance(item, Draft) else item

    def _refused(self, item: Item, error: Exception, file_name: str) -> Outcome:
        reason = _("The database refused it: %(why)s") % {"why": str(error).split("\n")[0][:300]}
        index = item.index
        excerpt = (item.card.full_name or item.values.get("display_name", ""))[:500] if isinstance(item, Draft) else ""
        excerpt = excerpt.encode("utf-8", "replace").decode()
        return Outcome(Counts(read=1, rejected=1), [Rejection(file_name, index, reason, excerpt)])

    def _apply(self, items: Sequence[Item], file_name: str) -> Outcome:
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
        plan = self._plan(drafts)
        outcome.counts.skipped += plan.skipped
        if self.context.choices.dry_run:
            self._count_plan(plan, outcome.counts)
        else:
            self._carry_out(plan, outcome)
            self._seen.clear()
        return outcome

    # --- plan ---------------------------------------------------------------------------------------------------------
    def _plan(self, drafts: Sequence[Draft]) -> _Plan:
        plan = _Plan()
        duplicates = self.context.choices.duplicates
        asked = drafts
        if duplicates == Import.Duplicates.CREATE:
            asked = [draft for draft in drafts if draft.values["kind"] == Entity.Kind.ORGANISATION]
        found = dict(zip(map(id, asked), find_matches(asked, actor=self.context.actor), strict=True))
        self._free_uids(drafts)
        for draft in drafts:
            self._plan_one(plan, draft, found.get(id(draft)), duplicates)
        return plan

    def _free_uids(self, drafts: Sequence[Draft]) -> None:
        """A UID that stands in the file twice, or belongs to a contact out of sight, can't become ours again."""
        wanted = [draft for draft in drafts if draft.uid]
        uids = {draft.uid for draft in wanted if draft.uid}
        taken: set[UUID | None] = set(Entity.objects.filter(uid__in=uids).values_list("uid", flat=True))
        for draft in wanted:
            if draft.uid in taken:
                draft.keeps_foreign_uid = True
            taken.add(draft.uid)

    def _plan_one(self, plan: _Plan, draft: Draft, match: Found | None, duplicates: str) -> None:
        if match is not None and self.context.is_ours(
            source=match.source, created_at=match.created_at, version=match.version
        ):
            plan.adopt.append((draft, match))
            return
        if duplicates == Import.Duplicates.CREATE:
            plan.create.append(draft)
            return
        earlier = self._seen.find(draft)
        if earlier is not None and (match is None or earlier.rule < match.rule):
            self._repeated(plan, draft, earlier, duplicates)
        elif match is None:
            plan.create.append(draft)
            self._seen.add(draft)
        elif duplicates == Import.Duplicates.ASK:
            plan.review.append((draft, match.entity_id))
        elif duplicates == Import.Duplicates.UPDATE and match.folder_id in self.context.rights.edit:
            plan.update.append((draft, match))
        else:
            plan.skipped += 1

    def _repeated(self, plan: _Plan, draft: Draft, earlier: Earlier, duplicates: str) -> None:
        if duplicates == Import.Duplicates.ASK:
            plan.review.append((draft, earlier.draft))
        elif duplicates == Import.Duplicates.UPDATE and earlier.draft is not None:
            plan.again.append((draft, earlier.draft))
        elif duplicates == Import.Duplicates.UPDATE:
            plan.again.append((draft, draft))
        else:
            plan.skipped += 1

    def _count_plan(self, plan: _Plan, counts: Counts) -> None:
        counts.created += len(plan.create) + len(plan.adopt)
        counts.updated += len(plan.update) + len(plan.again)
        counts.skipped += len(plan.review)
        new = {job_key(job) for draft in plan.create for job in draft.jobs} - {""}
        known = self.context.organisations
        there = Entity.objects.live().visible_to(self.context.actor).organisations()
        wanted = {key for key in new if key not in known}
        here = set(there.filter(name_key__in=wanted).values_list("name_key", flat=True))
        coming = {draft.name_key for draft in plan.create if draft.values["kind"] == Entity.Kind.ORGANISATION}
        counts.organisations += len(wanted - here - coming)
        known.update(dict.fromkeys(wanted | coming, (0, "")))

    # --- carry out ----------------------------------------------------------------------------------------------------
    def _carry_out(self, plan: _Plan, outcome: Outcome) -> None:
        context, counts, rows = self.context, outcome.counts, Rows()
        again = 0
        for draft, first in plan.again:
            merged = merge(first, draft, overwrite=context.choices.overwrite)
            again += bool(merged)
            counts.skipped += not merged
            if merged.fields or merged.units or merged.details:
                settle(first)
        coming = [*plan.update, *plan.adopt]
        existing = load(found.entity_id for _, found in coming)
        updates = Updates(context)
        gaining = self._lay_over(plan, existing, updates, counts)
        implied = create(plan.create, context, rows, also_employers_of=gaining)
        updated = updates.write(rows, adopted=[found.entity_id for _, found in plan.adopt])
        self._reviews(plan)
        rows.write()
        self._bump_employers([*plan.create, *gaining], implied)
        copies.refresh(updated, now=context.now)
        if context.choices.make_users and context.operation is not None:
            invite(plan.create, actor=context.actor, operation=context.operation, now=context.now)
        counts.created += len(plan.create) + len(plan.adopt)
        counts.updated += again
        counts.skipped += len(plan.review)
        counts.organisations += len(implied) - len({found.entity_id for _, found in plan.adopt})
        outcome.created = [draft.entity_id for draft in (*implied, *plan.create)]
        outcome.updated = updated
        self._tell(outcome)

    def _lay_over(self, plan: _Plan, existing: dict[int, Existing], updates: Updates, counts: Counts) -> list[Draft]:
        gaining = []
        for draft, found in (*plan.update, *plan.adopt):
            target = existing.get(found.entity_id)
            is_adopted = (draft, found) in plan.adopt
            # Somebody took it away between the look and the lock.
            if target is None:
                counts.skipped += 1
                continue
            merged = merge(target, draft, overwrite=self.context.choices.overwrite)
            if updates.take(target, merged, draft):
                gaining.append(draft)
                counts.updated += not is_adopted
            elif not is_adopted:
                counts.skipped += 1
        return gaining

    def _reviews(self, plan: _Plan) -> None:
        if self.context.contact_import is None:
            return
        reviews = []
        for draft, candidate in plan.review:
            candidate_id = candidate.entity_id if isinstance(candidate, Draft) else candidate
            reviews.append(
                ImportReview(
                    contact_import=self.context.contact_import,
                    index=draft.index,
                    card=card_to_json(draft.card),
                    candidate_id=candidate_id or None,
                    created_at=self.context.now,
                )
            )
        # Candidates created in this very portion are in the table when the transaction ends.
        ImportReview.objects.bulk_create(reviews, batch_size=500)

    def _bump_employers(self, drafts: Iterable[Draft], implied: Sequence[Draft]) -> None:
        """A new tie is a change of both its ends: an employer's version is raised by its first tie of a run."""
        self.context.bumped.update(draft.entity_id for draft in implied)
        new = {draft.entity_id for draft in drafts}
        tied = {
            self.context.organisations[key][0]
            for draft in drafts
            for job in draft.jobs
            if (key := job_key(job)) in self.context.organisations
        }
        if older := sorted(tied - new - self.context.bumped):
            self.context.bumped.update(older)
            locked = Entity.objects.select_for_update(no_key=True).filter(pk__in=older).order_by("pk")
            Entity.objects.filter(pk__in=list(locked.values_list("pk", flat=True))).update(version=F("version") + 1)

    def _tell(self, outcome: Outcome) -> None:
        fact = {"sender": Entity, "operation": self.context.operation, "now": self.context.now}
        if outcome.created:
            entities_created.send(ids=outcome.created, **fact)
        if outcome.updated:
            entities_updated.send(ids=outcome.updated, **fact)
