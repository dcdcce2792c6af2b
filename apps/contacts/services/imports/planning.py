"""What is to become of each card of a portion, before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from apps.contacts.models import Entity, Import
from apps.contacts.services.imports.context import Context, Counts
from apps.contacts.services.imports.drafts import Draft
from apps.contacts.services.imports.matching import Found, find_matches
from apps.contacts.services.imports.organisations import job_key
from apps.contacts.services.imports.within import Earlier, FileIndex

Policy = Import.Duplicates


@dataclass(slots=True)
class Plan:
    """The cards of a portion by what becomes of them."""

    create: list[Draft] = field(default_factory=list)
    update: list[tuple[Draft, Found]] = field(default_factory=list)
    adopt: list[tuple[Draft, Found]] = field(default_factory=list)  # organisations made on the way, now described
    again: list[tuple[Draft, Draft]] = field(default_factory=list)  # further cards of one that is being created
    review: list[tuple[Draft, int | Draft | None]] = field(default_factory=list)
    skipped: int = 0

    def only_creates(self) -> bool:
        return not (self.update or self.adopt or self.again or self.review)


class Planner:
    """Plans the portions of one run in their order. It knows the cards that the tables don't show yet."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._keeps_drafts = not context.choices.dry_run
        self.forget()

    def forget(self) -> None:
        """What was planned is in the tables, or was rolled back."""
        self._seen = FileIndex(keeps_drafts=self._keeps_drafts)
        self._under_way = FileIndex(keeps_drafts=self._keeps_drafts)

    def pass_on(self) -> None:
        """The portion just planned is being written; the one before it is in the tables."""
        self._under_way, self._seen = self._seen, FileIndex(keeps_drafts=self._keeps_drafts)

    def plan(self, drafts: Sequence[Draft]) -> Plan:
        """Match `drafts` and decide; writes nothing."""
        plan = Plan()
        policy = self.context.choices.duplicates
        asked = drafts
        if policy == Policy.CREATE:
            asked = [draft for draft in drafts if draft.values["kind"] == Entity.Kind.ORGANISATION]
        found = dict(zip(map(id, asked), find_matches(asked, actor=self.context.actor), strict=True))
        free_uids(drafts)
        for draft in drafts:
            self._plan_one(plan, draft, found.get(id(draft)), policy)
        return plan

    def _plan_one(self, plan: Plan, draft: Draft, match: Found | None, policy: str) -> None:
        if match is not None and self.context.made_on_the_way(match.source, match.created_at):
            plan.adopt.append((draft, match))
            return
        if policy == Policy.CREATE:
            plan.create.append(draft)
            return
        earlier = self._seen.find(draft) or self._under_way.find(draft)
        if earlier is not None and (match is None or earlier.rule < match.rule):
            self._repeated(plan, draft, earlier, policy)
        elif match is None:
            plan.create.append(draft)
            self._seen.add(draft)
        elif policy == Policy.ASK:
            plan.review.append((draft, match.entity_id))
        elif policy == Policy.UPDATE and match.folder_id in self.context.rights.edit:
            plan.update.append((draft, match))
        else:
            plan.skipped += 1

    def _repeated(self, plan: Plan, draft: Draft, earlier: Earlier, policy: str) -> None:
        if policy == Policy.ASK:
            plan.review.append((draft, earlier.draft))
        elif policy == Policy.UPDATE:
            plan.again.append((draft, earlier.draft or draft))
        else:
            plan.skipped += 1

    def count(self, plan: Plan, counts: Counts) -> None:
        """Add to `counts` what carrying out `plan` would come to."""
        counts.created += len(plan.create) + len(plan.adopt)
        counts.updated += len(plan.update) + len(plan.again)
        counts.skipped += len(plan.review)
        known = self.context.organisations
        wanted = {job_key(job) for draft in plan.create for job in draft.jobs} - {""} - known.keys()
        there = Entity.objects.live().visible_to(self.context.actor).organisations()
        here = set(there.filter(name_key__in=wanted).values_list("name_key", flat=True))
        coming = {draft.name_key for draft in plan.create if draft.values["kind"] == Entity.Kind.ORGANISATION}
        counts.organisations += len(wanted - here - coming)
        known.update(dict.fromkeys(wanted | coming, (0, "")))


def free_uids(drafts: Sequence[Draft]) -> None:
    """A UID that stands in the file twice, or belongs to a contact out of sight, can't become ours again."""
    wanted = [draft for draft in drafts if draft.uid]
    uids = {draft.uid for draft in wanted if draft.uid}
    taken: set[UUID | None] = set(Entity.objects.filter(uid__in=uids).values_list("uid", flat=True)) if uids else set()
    for draft in wanted:
        draft.keeps_foreign_uid = draft.uid in taken
        taken.add(draft.uid)
