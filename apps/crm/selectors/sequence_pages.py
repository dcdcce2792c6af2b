"""The page of a sequence: who is in it at which step, and what became of those who were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, Q, Value, When
from django.utils.translation import gettext as _

from apps.crm.models import Enrolment, PlannedStep, SequenceMail, SequenceStep
from apps.crm.models import Sequence as Steps
from apps.crm.permissions.contacts import managed_of_seen
from apps.crm.selectors.sequences import with_mails
from apps.messaging.models import MailTemplate

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.crm.models.sequences import EnrolmentQuerySet

ACTIVE, RESTING = "active", "resting"
SHOWN = (ACTIVE, RESTING, *Enrolment.End.values)


@dataclass(frozen=True, slots=True)
class StepLine:
    """`waiting`: how many have this one before them; resting ones too."""

    number: int
    words: str
    day: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Chip:
    key: str
    title: Any
    count: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Of the contacts that the reader sees."""

    steps: list[StepLine]
    chips: list[Chip]
    mails: int
    withheld: int


@dataclass(frozen=True, slots=True)
class EnrolmentLine:
    row: Enrolment
    next_words: str
    may_change: bool


def figures(sequence: Steps, *, reader: User) -> Figures:
    """In four queries."""
    seen = Enrolment.objects.visible_to(reader).filter(sequence=sequence)
    rests = Case(When(paused_at__isnull=False, then=Value(1)), default=Value(0))
    counted = seen.annotate(rests=rests).values_list("end_reason", "rests", "done").annotate(number=Count("pk"))
    ends: Counter[str] = Counter()
    at_step: Counter[int] = Counter()
    resting = 0
    for reason, is_resting, done, number in counted.order_by():
        ends[reason] += number
        if not reason:
            at_step[done] += number
            resting += number if is_resting else 0
    mails = SequenceMail.objects.filter(enrolment__in=seen).aggregate(
        all=Count("pk"), withheld=Count("pk", filter=~Q(withheld=""))
    )
    planned = [
        PlannedStep(step.day, step.kind, step.words, step.template_id) for step in sequence.steps.order_by("position")
    ]
    words = step_words(planned)
    steps = [
        StepLine(number, words[step], step.day, at_step[number - 1]) for number, step in enumerate(planned, start=1)
    ]
    chips = [Chip(ACTIVE, _("In it"), ends[""]), Chip(RESTING, _("Resting"), resting)]
    chips += [Chip(key, title, ends[key]) for key, title in Enrolment.End.choices if ends[key]]
    return Figures(steps, chips, mails["all"] - mails["withheld"], mails["withheld"])


def enrolments(sequence: Steps, *, reader: User, shown: str, step: int | None) -> EnrolmentQuerySet:
    """Active ones by their next day, ended ones latest first; with `step` those that have this number before them."""
    seen = Enrolment.objects.visible_to(reader).filter(sequence=sequence).select_related("entity", "ended_by")
    if shown in Enrolment.End.values:
        return with_mails(seen.filter(end_reason=shown).order_by("-ended_at", "-pk"))
    rows = seen.active().order_by("due_on", "pk")
    if step is not None:
        rows = rows.filter(done=step - 1)
    return with_mails(rows.filter(paused_at__isnull=False) if shown == RESTING else rows)


def lines(rows: Sequence[Enrolment], *, reader: User, on: date) -> list[EnrolmentLine]:
    """With what comes next, and whether the reader may change it."""
    there = {row.entity_id: row.entity.folder_id for row in rows if row.entity.trashed_at is None}
    managed = managed_of_seen(reader, there, on=on)
    words = step_words([row.next_step for row in rows if row.next_step is not None])
    return [EnrolmentLine(row, words[row.next_step] if row.next_step else "", row.entity_id in managed) for row in rows]


def step_words(steps: Iterable[PlannedStep]) -> dict[PlannedStep, str]:
    """ "Call: the offer", "Mail: Welcome", "Send the catalogue"; in one query."""
    wanted = set(steps)
    ids = {step.template_id for step in wanted if step.template_id is not None}
    titles = {one.pk: one.title for one in MailTemplate.objects.filter(pk__in=ids)} if ids else {}
    kinds = dict(SequenceStep.Kind.choices)
    found = {}
    for step in wanted:
        more = titles.get(step.template_id or 0, "") if step.kind == SequenceStep.Kind.MAIL else step.words
        kind = str(kinds.get(step.kind, step.kind))
        found[step] = more if step.kind == SequenceStep.Kind.TODO else f"{kind}: {more}" if more else kind
    return found
