"""The dossier of a hand-over: per contact what was promised, said last, owed, claimed, filed and planned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, OuterRef, Q, Subquery, Sum, Window
from django.db.models.functions import RowNumber

from apps.activities.models import Activity, ActivityEntity, Meeting, Task
from apps.contacts.models import Attachment, Entity
from apps.crm.models import Claim, HandOverItem, JourneyStep, LedgerMonth, Opportunity, OpportunityContact

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from apps.accounts.models import User
    from apps.crm.models import HandOver

LAST_WORDS = 3
MOST_PROMISES = 10  # of one contact


@dataclass(slots=True)
class Dossier:
    """One contact of a hand-over as the successor reads it; empty parts are left out on the page."""

    item: HandOverItem
    tasks: list[Task] = field(default_factory=list)
    meetings: list[Meeting] = field(default_factory=list)
    words: list[Activity] = field(default_factory=list)
    debts: list[tuple[Decimal, str]] = field(default_factory=list)  # balance by currency; above zero they owe
    claims: list[Claim] = field(default_factory=list)
    steps: list[JourneyStep] = field(default_factory=list)
    opportunities: list[Opportunity] = field(default_factory=list)
    files: int = 0

    @property
    def entity(self) -> Entity:
        return self.item.entity


def items_seen(hand_over: HandOver, user: User) -> QuerySet[HandOverItem]:
    """The items whose contacts `user` sees; the others are counted, not shown."""
    return hand_over.items.filter(entity__in=Entity.objects.visible_to(user).live())


def items_read_by(hand_over: HandOver, user: User, *, unread: bool) -> tuple[int, int]:
    """How many of `items_seen`, confirmed ones left out if `unread`; and how many the former owner sees."""
    mine, theirs = Q(entity__in=Entity.objects.visible_to(user).live()), Q(pk__in=[])
    if hand_over.from_user is not None:
        theirs = Q(entity__in=Entity.objects.visible_to(hand_over.from_user).live())
    if unread:
        mine &= Q(confirmed_at=None)
    counts = hand_over.items.aggregate(mine=Count("pk", filter=mine), theirs=Count("pk", filter=theirs))
    return counts["mine"], counts["theirs"]


def with_files(items: QuerySet[HandOverItem]) -> QuerySet[HandOverItem]:
    """With what a page of dossiers shows of the contacts themselves."""
    files = Attachment.objects.filter(entity=OuterRef("entity"), removed_at=None).order_by().values("entity")
    counted = Subquery(files.annotate(all=Count("pk")).values("all"))
    return items.select_related("entity", "confirmed_by").annotate(files=counted)


def dossiers(items: Sequence[HandOverItem], *, user: User, sees_money: bool, now: datetime) -> list[Dossier]:
    """Those of one page of `with_files`, in the order given; a few queries however many there are."""
    found = {item.entity_id: Dossier(item, files=getattr(item, "files", None) or 0) for item in items}
    _add_promises(found, user, now)
    _add_words(found, user, now)
    steps = JourneyStep.objects.current().filter(entity__in=found).select_related("stage", "pipeline")
    for step in steps.order_by("pipeline__position", "pk"):
        found[step.entity_id].steps.append(step)
    claims = Claim.objects.visible_to(user).filter(dealer__entity__in=found, closed_at=None).select_related("dealer")
    for claim in claims.order_by("due_at", "pk"):
        found[claim.dealer.entity_id].claims.append(claim)
    _add_opportunities(found, user)
    if sees_money:
        _add_debts(found)
    return list(found.values())


def _add_promises(found: dict[int, Dossier], user: User, now: datetime) -> None:
    to_come = Q(activity__meeting__starts_at__gte=now) | Q(activity__meeting__starts_on__gte=now.date())
    links = ActivityEntity.objects.filter(
        to_come | Q(activity__task__state__in=Task.OPEN), entity__in=found, via_employer=False
    )
    about: dict[str, dict[int, list[int]]] = {"task": defaultdict(list), "meeting": defaultdict(list)}
    for activity_id, kind, entity_id in links.values_list("activity", "activity__kind", "entity"):
        about[kind][activity_id].append(entity_id)
    if about["task"]:
        tasks = Task.objects.visible_to(user).filter(pk__in=about["task"]).select_related("activity")
        for task in tasks.in_order():
            _put(found, about["task"][task.pk], "tasks", task)
    if about["meeting"]:
        meetings = Meeting.objects.visible_to(user).filter(pk__in=about["meeting"])
        meetings = meetings.exclude(status=Meeting.Status.CANCELLED).select_related("activity")
        for meeting in meetings.order_by("starts_at", "starts_on", "pk"):
            _put(found, about["meeting"][meeting.pk], "meetings", meeting)


def _add_words(found: dict[int, Dossier], user: User, now: datetime) -> None:
    """The last things written or said, by whomever; hand-overs themselves aside."""
    newest = Window(RowNumber(), partition_by=F("entity"), order_by=[F("occurred_at").desc(), F("activity").desc()])
    links = ActivityEntity.objects.filter(entity__in=found, occurred_at__lte=now, via_employer=False)
    links = links.exclude(activity__kind__in=["hand_over", "task", "journey", "contact_team"])
    links = links.filter(activity__in=Activity.objects.visible_to(user).live().order_by().values("pk"))
    places = links.annotate(place=newest).filter(place__lte=LAST_WORDS).select_related("activity__actor")
    for link in sorted(places, key=lambda one: (one.occurred_at, one.activity_id), reverse=True):
        _put(found, [link.entity_id], "words", link.activity)


def _add_opportunities(found: dict[int, Dossier], user: User) -> None:
    """Open ones that are to be sold to these contacts, what is to be closed first coming first."""
    seen = Opportunity.objects.visible_to(user).live().open().order_by().values("pk")
    about = OpportunityContact.objects.filter(entity__in=found, is_primary=True, opportunity__in=seen)
    rows = about.select_related("opportunity__stage")
    for row in rows.order_by(F("opportunity__expected_on").asc(nulls_last=True), "opportunity"):
        _put(found, [row.entity_id], "opportunities", row.opportunity)


def _add_debts(found: dict[int, Dossier]) -> None:
    sums = LedgerMonth.objects.filter(dealer__entity__in=found).values_list("dealer__entity", "currency")
    for entity_id, currency, balance in sums.annotate(all=Sum(F("charged") + F("paid"))).order_by("currency"):
        if balance:
            found[entity_id].debts.append((balance, currency))


def _put(found: dict[int, Dossier], entity_ids: Iterable[int], part: str, record: Any) -> None:
    for entity_id in entity_ids:
        rows: list[Any] = getattr(found[entity_id], part)
        if len(rows) < MOST_PROMISES:
            rows.append(record)
