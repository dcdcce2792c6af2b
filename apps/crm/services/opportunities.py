"""Opportunities made, changed, moved, thrown away and handed on: with who, when and why, in the history."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import F
from django.utils.translation import gettext as _

from apps.activities.services.recording import Context, Entry, record
from apps.contacts.models import Entity
from apps.contacts.services.own_fields import clean_own
from apps.core import live
from apps.core.clock import company_day
from apps.core.services.operations import operate, snapshot
from apps.crm.models import Absence, Opportunity, OpportunityContact, OpportunityStep, PipelineStage
from apps.crm.permissions.opportunities import manages_opportunity
from apps.crm.services.opportunity_events import tell_made, tell_moved
from apps.crm.signals import opportunity_changed

if TYPE_CHECKING:
    from apps.accounts.models import Team, User
    from apps.core.services.operations import Recorder
    from apps.crm.models import LostReason

KIND = "opportunity"
CONTEXT = "crm.opportunity"
OWN_FIELDS = "opportunity"  # their target
CHANNEL = "opportunities"
MOST_CONTACTS = 50
REASON_LENGTH = 300
ROLE_LENGTH = 100
_FIELDS = (
    *("title", "owner", "team", "expected_on", "revenue", "margin", "currency", "probability", "source"),
    *("competitors", "notes"),
)


@dataclass(frozen=True, kw_only=True)
class OpportunityInput:
    """As typed. The first of `contacts` is whom it is sold to; `probability` in percent, None: its stage's.

    `roles` are words by a contact's id, `fields` the own ones by key; what isn't named there stays as it is.
    """

    title: str
    contacts: Sequence[Entity] = ()
    owner: User | None = None
    team: Team | None = None
    expected_on: date | None = None
    revenue: Decimal | None = None
    margin: Decimal | None = None
    currency: str = "UAH"
    probability: int | None = None
    source: str = ""
    competitors: Sequence[str] = ()
    notes: str = ""
    roles: Mapping[int, str] | None = None
    fields: Mapping[str, Any] | None = None

    def checked(self) -> OpportunityInput:
        """Raises ValidationError under the field's name."""
        if not self.title.strip():
            raise ValidationError({"title": _("A name is needed.")})
        if len(self.contacts) > MOST_CONTACTS:
            raise ValidationError({"contacts": _("At most %(count)s contacts.") % {"count": MOST_CONTACTS}})
        if self.revenue is not None and self.margin is not None and self.margin > self.revenue:
            raise ValidationError({"margin": _("The margin is more than the revenue.")})
        return self


class OpportunityMoved(Exception):
    """Somebody else was faster; nothing was done."""

    def __init__(self, opportunity: Opportunity) -> None:
        self.opportunity = opportunity
        named = {"title": opportunity.title, "stage": opportunity.stage.title}
        super().__init__(_("“%(title)s” was moved to “%(stage)s” meanwhile.") % named)


class OpportunityChanged(Exception):
    """Somebody has changed it since the form was opened."""

    def __init__(self) -> None:
        super().__init__(_("Somebody has changed this opportunity meanwhile. Look at it again; nothing was saved."))


def make_opportunity(*, actor: User, data: OpportunityInput, stage: PipelineStage, now: datetime) -> Opportunity:
    """Make one in `stage`, for contacts that `actor` sees. Raises ValidationError."""
    data = data.checked()
    _check_stage(stage)
    _check_owner(actor, data.owner, None, now)
    with operate(actor=actor, verb="opportunity.made", now=now) as recorder:
        made = Opportunity(
            pipeline=stage.pipeline,
            stage=stage,
            entered_at=now,
            created_by=actor,
            created_at=now,
            changed_at=now,
            closed_at=None if stage.outcome == PipelineStage.Outcome.OPEN else now,
            attributes=clean_own(data.fields, target=OWN_FIELDS, actor=actor),
        )
        _fill(made, data)
        made.save()
        recorder.created(made)
        _stand(made, stage, actor=actor, recorder=recorder, now=now)
        _set_contacts(made, data.contacts, recorder, roles=data.roles or {})
        _write_down(made, "opportunity.made", actor=actor, now=now, stage=stage)
        tell_made(made, now=now)
        _tell(made, None, actor=actor, now=now)
    return made


def change_opportunity(
    *, actor: User, opportunity: Opportunity, data: OpportunityInput, now: datetime, seen_version: int | None = None
) -> int | None:
    """Save what was typed; None where nothing differs, else the operation to undo.

    Contacts that `actor` doesn't see stay. Raises PermissionDenied, ValidationError, OpportunityChanged.
    """
    data = data.checked()
    _ask(actor, opportunity, now)
    with operate(actor=actor, verb="opportunity.changed", now=now) as recorder:
        locked = _locked(opportunity.pk)
        if seen_version is not None and locked.version != seen_version:
            raise OpportunityChanged
        before = snapshot(locked)
        _check_owner(actor, data.owner, locked.owner_id, now)
        _fill(locked, data)
        locked.attributes = clean_own(data.fields, target=OWN_FIELDS, actor=actor, kept=locked.attributes)
        seen = set(
            Entity.objects.visible_to(actor).filter(opportunities__opportunity=locked).values_list("pk", flat=True)
        )
        parts = _set_contacts(locked, data.contacts, recorder, among=seen, roles=data.roles or {})
        if snapshot(locked) == before and not parts:
            return None
        _save(locked, now)
        recorder.updated(locked, before)
        _tell(locked, None, actor=actor, now=now)
    return recorder.operation.pk


def move_opportunity(
    *,
    actor: User,
    opportunity: Opportunity,
    stage: PipelineStage,
    now: datetime,
    reason: str = "",
    lost_reason: LostReason | None = None,
    seen_stage: int | None = None,
) -> int | None:
    """Let it stand in `stage` of its pipeline: won and lost close it, an open one opens it again.

    Stands there already: only a reason of a lost one is noted. `seen_stage` is where the mover saw it. Returns the
    operation to undo. Raises PermissionDenied, ValidationError, OpportunityMoved.
    """
    _ask(actor, opportunity, now)
    _check_stage(stage)
    with operate(actor=actor, verb="opportunity.moved", now=now) as recorder:
        locked = _locked(opportunity.pk)
        if stage.pipeline_id != locked.pipeline_id:
            raise ValidationError({"stage": _("There is no such choice.")})
        if seen_stage is not None and locked.stage_id not in (seen_stage, stage.pk):
            raise OpportunityMoved(locked)
        before, left = snapshot(locked), locked.stage
        is_lost = stage.outcome == PipelineStage.Outcome.LOST
        locked.lost_reason = (lost_reason or (locked.lost_reason if left == stage else None)) if is_lost else None
        if left != stage:
            locked.stage, locked.entered_at = stage, now
            locked.closed_at = None if stage.outcome == PipelineStage.Outcome.OPEN else now
            _leave(locked, recorder=recorder, now=now)
        if snapshot(locked) == before:
            return None
        _save(locked, now)
        recorder.updated(locked, before)
        if left != stage:
            _stand(locked, stage, actor=actor, recorder=recorder, now=now, reason=reason)
            _write_down(locked, _verb(stage), actor=actor, now=now, stage=stage, left=left, text=reason)
            tell_moved(locked, left, now=now)
            _tell(locked, left, actor=actor, now=now)
    return recorder.operation.pk


def trash_opportunity(*, actor: User, opportunity: Opportunity, now: datetime) -> int | None:
    """Out of lists and sums; undone by its operation. Raises PermissionDenied."""
    _ask(actor, opportunity, now)
    with operate(actor=actor, verb="opportunity.trashed", now=now) as recorder:
        locked = _locked(opportunity.pk)
        if locked.trashed_at is not None:
            return None
        before = snapshot(locked)
        locked.trashed_at = now
        _save(locked, now)
        recorder.updated(locked, before)
        _tell(locked, None, actor=actor, now=now)
    return recorder.operation.pk


def restore_opportunity(*, actor: User, opportunity: Opportunity, now: datetime) -> int | None:
    """Bring back what was thrown away, to where it stood; undone by its operation. Raises PermissionDenied."""
    _ask(actor, opportunity, now)
    with operate(actor=actor, verb="opportunity.restored", now=now) as recorder:
        locked = _locked(opportunity.pk)
        if locked.trashed_at is None:
            return None
        before = snapshot(locked)
        locked.trashed_at = None
        _save(locked, now)
        recorder.updated(locked, before)
        _tell(locked, None, actor=actor, now=now)
    return recorder.operation.pk


def clear_stage(
    stage: PipelineStage, into: PipelineStage | None, *, actor: User, recorder: Recorder, now: datetime, reason: str
) -> int:
    """Let all that stand in a stage that goes stand in `into`, thrown away ones too; within the caller's operation.

    Raises ValidationError under "into" where there are any and `into` doesn't end them as their stage did.
    """
    rows = list(Opportunity.objects.select_for_update(of=("self",), no_key=True).filter(stage=stage).order_by("pk"))
    if not rows:
        return 0
    if into is None or into.pipeline_id != stage.pipeline_id or into.outcome != stage.outcome or into.retired_at:
        raise ValidationError({"into": _("Say in which stage of the same outcome those go on that stand there.")})
    for row in rows:
        before = snapshot(row)
        row.stage, row.entered_at = into, now
        _leave(row, recorder=recorder, now=now)
        _save(row, now)
        recorder.updated(row, before)
        _stand(row, into, actor=actor, recorder=recorder, now=now, reason=reason)
    after_undo([row.pk for row in rows], now)
    return len(rows)


def hand_opportunities_on(
    *,
    recorder: Recorder,
    entity_ids: Collection[int],
    giver: User,
    taker: User | None,
    team: Team | None,
    now: datetime,
) -> int:
    """Let `taker`, or `team`, have the open ones that `giver` has with these contacts; within the caller's operation.

    What goes to a team is nobody's until one of its people takes it; what goes to a person stays its team's too.
    """
    about = OpportunityContact.objects.filter(entity__in=entity_ids, is_primary=True).values("opportunity")
    theirs = Opportunity.objects.live().open().filter(owner=giver, pk__in=about)
    rows = list(theirs.select_for_update(of=("self",), no_key=True).order_by("pk"))
    for row in rows:
        before = snapshot(row)
        row.owner, row.team = taker, team or row.team
        row.version, row.changed_at = row.version + 1, now
        recorder.updated(row, before)
    passing: dict[str, Any] = {"owner": taker, "version": F("version") + 1, "changed_at": now}
    Opportunity.objects.filter(pk__in=[row.pk for row in rows]).update(**passing, **({"team": team} if team else {}))
    after_undo([row.pk for row in rows], now)
    return len(rows)


def after_undo(ids: Sequence[int], now: datetime) -> None:
    """They were put back, or passed on: boards show it."""
    if ids:
        live.publish(f"{CHANNEL}:all", "opportunity-moved", {"ids": list(ids)[:200]})


def _ask(actor: User, opportunity: Opportunity, now: datetime) -> None:
    if not manages_opportunity(actor, opportunity, on=company_day(now)):
        raise PermissionDenied


def _check_stage(stage: PipelineStage) -> None:
    if stage.pipeline.purpose != "opportunity" or stage.retired_at or stage.pipeline.retired_at:
        raise ValidationError({"stage": _("There is no such choice.")})


def _check_owner(actor: User, owner: User | None, before: int | None, now: datetime) -> None:
    """Who is away gets nothing new, save what they take themselves."""
    if owner is None or owner.pk in (before, actor.pk):
        return
    if not owner.is_active:
        raise ValidationError({"owner": _("There is no such colleague.")})
    if Absence.objects.on(company_day(now)).filter(user=owner).exists():
        raise ValidationError({"owner": _("%(name)s is away. Choose who stands in, or the team.") % {"name": owner}})


def _locked(pk: int) -> Opportunity:
    return Opportunity.objects.select_for_update(of=("self",), no_key=True).select_related("stage").get(pk=pk)


def _fill(opportunity: Opportunity, data: OpportunityInput) -> None:
    for name in _FIELDS:
        setattr(opportunity, name, getattr(data, name))
    opportunity.title = " ".join(data.title.split())
    opportunity.competitors = [name for each in data.competitors if (name := " ".join(each.split())[:100])]


def _save(opportunity: Opportunity, now: datetime) -> None:
    opportunity.version += 1
    opportunity.changed_at = now
    opportunity.save()


def _set_contacts(
    opportunity: Opportunity,
    entities: Sequence[Entity],
    recorder: Recorder,
    *,
    roles: Mapping[int, str],
    among: Collection[int] | None = None,
) -> bool:
    """Its contacts are these, the first one primary; of those there only `among` are taken away. Did any change?"""
    there = {row.entity_id: row for row in OpportunityContact.objects.filter(opportunity=opportunity).order_by("pk")}
    wanted = [entity.pk for entity in entities]
    hidden = [pk for pk in there if among is not None and pk not in among]
    keep_primary = any(there[pk].is_primary for pk in hidden)
    primary = wanted[0] if wanted and not keep_primary else None
    changed = False
    for pk, row in list(there.items()):
        if pk not in wanted and pk not in hidden:
            recorder.removed(row, opportunity.pk)
            row.delete()
            changed = True
        elif row.is_primary and pk != primary and pk not in hidden:
            before = snapshot(row)
            row.is_primary = False
            row.save(update_fields=["is_primary"])
            changed = recorder.updated(row, before, opportunity.pk)
    for pk in wanted:
        known = there.get(pk)
        role = " ".join(roles.get(pk, known.role if known else "").split())[:ROLE_LENGTH]
        if known is None:
            row = OpportunityContact.objects.create(
                opportunity=opportunity, entity_id=pk, is_primary=pk == primary, role=role
            )
            recorder.created(row, opportunity.pk)
            changed = True
        elif role != known.role or (pk == primary and not known.is_primary):
            before = snapshot(known)
            known.is_primary, known.role = known.is_primary or pk == primary, role
            known.save(update_fields=["is_primary", "role"])
            changed = recorder.updated(known, before, opportunity.pk)
    return changed


def _leave(opportunity: Opportunity, *, recorder: Recorder, now: datetime) -> None:
    for step in OpportunityStep.objects.filter(opportunity=opportunity, left_at=None):
        before = snapshot(step)
        step.left_at = max(now, step.entered_at)
        step.save(update_fields=["left_at"])
        recorder.updated(step, before, opportunity.pk)


def _stand(
    opportunity: Opportunity,
    stage: PipelineStage,
    *,
    actor: User,
    recorder: Recorder,
    now: datetime,
    reason: str = "",
) -> None:
    step = OpportunityStep.objects.create(
        opportunity=opportunity,
        stage=stage,
        entered_at=now,
        moved_by=actor,
        reason=" ".join(reason.split())[:REASON_LENGTH],
    )
    recorder.created(step, opportunity.pk)


def _verb(stage: PipelineStage) -> str:
    closing = {PipelineStage.Outcome.WON: "opportunity.won", PipelineStage.Outcome.LOST: "opportunity.lost"}
    return closing.get(PipelineStage.Outcome(stage.outcome), "opportunity.moved")


def _write_down(
    opportunity: Opportunity,
    verb: str,
    *,
    actor: User,
    now: datetime,
    stage: PipelineStage,
    left: PipelineStage | None = None,
    text: str = "",
) -> None:
    """On the timelines of its contacts, never an amount; of one without any its steps tell."""
    entities = list(Entity.objects.filter(opportunities__opportunity=opportunity).order_by("pk"))
    if not entities:
        return
    record(
        Entry(
            kind=KIND,
            verb=verb,
            occurred_at=now,
            entities=entities,
            context=Context(CONTEXT, opportunity.pk),
            subject=opportunity.title,
            text=text,
            facts={"from": left.name if left else "", "to": stage.name},
        ),
        actor=actor,
        now=now,
    )


def _tell(opportunity: Opportunity, left: PipelineStage | None, *, actor: User, now: datetime) -> None:
    """Boards and pages follow; `left` is the stage that it has left just now."""
    opportunity_changed.send(sender=Opportunity, opportunity=opportunity, left=left, actor=actor, now=now)
    live.publish(f"{CHANNEL}:all", "opportunity-moved", {"ids": [opportunity.pk]})
