"""One portion of a hand-over: assignments, items, history entries and tasks, each in a few statements for all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q

from apps.activities.services.meeting_handing import hand_meetings_on
from apps.activities.services.recording import Entry, record_many
from apps.activities.services.task_handing import hand_tasks_on
from apps.contacts.models import Entity
from apps.core.batch import give_keys, insert_rows
from apps.core.clock import company_day
from apps.core.services.operations import snapshot
from apps.crm.models import Assignment, HandOver, HandOverItem
from apps.crm.permissions.contacts import managed_contacts, seen_by_taker
from apps.crm.services.assignments import ACCOUNT, is_held_by, refresh_managers
from apps.crm.services.opportunities import hand_opportunities_on
from apps.crm.signals import contacts_handed_over

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.core.services.operations import Recorder

KIND = "hand_over"
Layer = Assignment.Layer
Held = dict[int, list[Assignment]]


def pass_on(recorder: Recorder, hand_over: HandOver, ids: Sequence[int], *, now: datetime) -> int:
    """Pass these contacts on, as far as its maker still manages them; returns how many passed.

    Left out: what passed already, what the taker has anyway or may not see, and of stand-ins what another one stands in
    for then.
    """
    maker = hand_over.made_by
    if maker is None:
        return 0
    # In the order of their keys, so that two of these wait for each other rather than die.
    list(Entity.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))
    passed = HandOverItem.objects.filter(hand_over=hand_over, entity__in=ids).values_list("entity", flat=True)
    managed = managed_contacts(maker, set(ids) - set(passed), on=company_day(now))
    wanted = seen_by_taker(managed, hand_over.to_user, hand_over.to_team)
    base = _held(wanted, Layer.BASE, hand_over)
    if hand_over.until is None:
        going = [pk for pk in sorted(wanted) if not _has(base.get(pk, []), hand_over)]
        _cut([row for pk in going for row in base.get(pk, ())], hand_over, recorder)
    else:
        taken = set(_held(wanted, Layer.STAND_IN, hand_over))
        going = [pk for pk in sorted(wanted - taken) if not _has(base.get(pk, []), hand_over)]
    if not going:
        return 0
    _assign(going, hand_over, recorder, now)
    insert_rows([HandOverItem(hand_over=hand_over, entity_id=pk) for pk in going])
    _write_down(going, base, hand_over, now)
    if hand_over.until is None:
        _take_along(going, base, hand_over, recorder, maker, now)
    refresh_managers(now=now, entity_ids=going)
    contacts_handed_over.send(sender=HandOver, ids=going, hand_over=hand_over, now=now)
    return len(going)


def _take_along(
    entity_ids: Sequence[int], base: Held, hand_over: HandOver, recorder: Recorder, maker: User, now: datetime
) -> None:
    """What their former people had in hand with them; whoever only stands in has it by date (docs/adr/0019)."""
    given: dict[User, list[int]] = defaultdict(list)
    for pk in entity_ids:
        if base.get(pk) and (giver := base[pk][0].user) is not None:
            given[giver].append(pk)
    for giver, ids in sorted(given.items(), key=lambda pair: pair[0].pk):
        hand_opportunities_on(
            recorder=recorder, entity_ids=ids, giver=giver, taker=hand_over.to_user, team=hand_over.to_team, now=now
        )
        taker = hand_over.to_user
        if not hand_over.takes_tasks or taker is None or taker == giver:
            continue
        hand_tasks_on(recorder=recorder, entity_ids=ids, giver=giver, taker=taker, actor=maker, now=now)
        since = hand_over.starts_on
        hand_meetings_on(recorder=recorder, entity_ids=ids, giver=giver, taker=taker, actor=maker, since=since, now=now)


def _held(entity_ids: set[int], layer: str, hand_over: HandOver) -> Held:
    """Assignments of the layer that touch the hand-over's days, by entity, the earliest first; locked."""
    rows = Assignment.objects.select_for_update(of=("self",)).filter(
        entity__in=entity_ids, purpose=ACCOUNT, layer=layer
    )
    rows = rows.filter(Q(valid_to=None) | Q(valid_to__gt=hand_over.starts_on))
    if hand_over.until is not None:
        rows = rows.filter(valid_from__lt=hand_over.until)
    held: Held = defaultdict(list)
    for row in rows.select_related("user", "team").order_by("valid_from", "pk"):
        held[row.entity_id].append(row)
    return dict(held)


def _has(held: list[Assignment], hand_over: HandOver) -> bool:
    return bool(held) and is_held_by(held[0], hand_over.to_user, hand_over.to_team, hand_over.starts_on)


def _cut(rows: list[Assignment], hand_over: HandOver, recorder: Recorder) -> None:
    """Let them end on the day; those that would begin then are gone."""
    day = hand_over.starts_on
    gone = [row for row in rows if row.valid_from >= day]
    ending = [row for row in rows if row.valid_from < day]
    for row in gone:
        recorder.removed(row)
    Assignment.objects.filter(pk__in=[row.pk for row in gone]).delete()
    for row in ending:
        before = snapshot(row)
        row.valid_to = day
        recorder.updated(row, before)
    Assignment.objects.filter(pk__in=[row.pk for row in ending]).update(valid_to=day)


def _assign(entity_ids: Sequence[int], hand_over: HandOver, recorder: Recorder, now: datetime) -> None:
    """After those that were cut: undo takes the newest first, and no two may be in charge at a time."""
    rows = [
        Assignment(
            entity_id=pk,
            purpose=ACCOUNT,
            layer=Layer.BASE if hand_over.until is None else Layer.STAND_IN,
            user=hand_over.to_user,
            team=hand_over.to_team,
            valid_from=hand_over.starts_on,
            valid_to=hand_over.until,
            made_by=hand_over.made_by,
            reason=hand_over.note[:300],
            created_at=now,
        )
        for pk in entity_ids
    ]
    give_keys(rows)
    insert_rows(rows)
    for row in rows:
        recorder.created(row)


def _write_down(entity_ids: Sequence[int], base: Held, hand_over: HandOver, now: datetime) -> None:
    """One entry in the history of each."""
    entities = Entity.objects.filter(pk__in=entity_ids).only(
        "pk", "kind", "folder_id", "is_restricted", "user_id", "version"
    )
    to = str(hand_over.to_user or hand_over.to_team)
    until = hand_over.until.isoformat() if hand_over.until else ""

    def entry(entity: Entity) -> Entry:
        before = base.get(entity.pk)
        facts = {"to": to, "until": until, "hand_over": hand_over.pk}
        facts["from"] = str(before[0].user or before[0].team) if before else ""
        return Entry(
            kind=KIND,
            verb="contact.handed_over",
            occurred_at=now,
            entities=[entity],
            text=hand_over.note,
            facts=facts,
        )

    record_many([(entry(entity), hand_over.made_by) for entity in entities.order_by("pk")], now=now)
