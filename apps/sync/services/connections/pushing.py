"""Members on their way to an audience, 500 at a time: worked out, sent, written down.

Whoever dies between the sending and the writing leaves the rows due: they go out again, which changes nothing there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import accumulate
from typing import Any

from django.utils.translation import gettext as _

from apps.core.batch import update_rows
from apps.sync.connectors.asking import OutsideTrouble
from apps.sync.connectors.mailchimp import mapping
from apps.sync.connectors.mailchimp.client import MOST, Client
from apps.sync.models import AudienceMember, Connection
from apps.sync.services.connections.claims import holding, renew
from apps.sync.services.connections.enqueuing import note
from apps.sync.services.connections.options import mailchimp
from apps.sync.services.connections.planning import Plan, plans_for
from apps.sync.services.connections.tally import Tally

State = AudienceMember.State
_SINGLES = 50  # requests for one member each, between two writings: they take their time
_HOPELESS = 20  # members refused one by one, and none taken: then it isn't the members
_COLUMNS = ("state", "address", "tags", "digest", "trouble", "due_at", "sent_at")


def push(connection: Connection, client: Client, *, at: Callable[[], datetime]) -> Iterator[Tally]:
    """Send what is due, and tell of each portion when it is written. Raises OutsideTrouble, Overtaken.

    A request that breaks the schema somewhere fails whole: it is asked again for half as many, until one is left.
    The claim is renewed before each request, so that it lasts however many there are.
    """
    audience = mailchimp(connection.options).audience
    most, broken = MOST, []
    while rows := list(connection.members.due(at()).order_by("due_at", "pk")[:most]):
        plans = _few(plans_for(connection, rows))
        try:
            refused = _put(client, audience, plans)
        except OutsideTrouble as trouble:
            if trouble.status != 400:
                raise
            if len(plans) > 1:
                most = len(plans) // 2
                renew(connection, now=at())
                continue
            refused = {plans[0].address: _in_words(trouble)}
            broken.append(plans[0].row.pk)
        else:
            broken = [] if any(plan.member and plan.address not in refused for plan in plans) else broken
            most = min(most * 2, MOST)
        _give_up_if_hopeless(connection, broken, refused, now=at())
        _tidy(connection, client, audience, plans, at)
        now = at()
        _call_heirs(connection, plans, now)
        with holding(connection, now=now):
            tally = _write(connection, plans, refused, now)
        yield tally


def _few(plans: Sequence[Plan]) -> list[Plan]:
    """As many as fit between two writings, at least one."""
    counted = accumulate(plan.single_requests for plan in plans)
    return [plan for at, (plan, count) in enumerate(zip(plans, counted, strict=True)) if count <= _SINGLES or not at]


def _put(client: Client, audience: str, plans: Sequence[Plan]) -> dict[str, str]:
    """Why members were refused, by address."""
    members = {plan.address: plan.member for plan in plans if plan.member}
    return dict(client.put(audience, list(members.values())).refused) if members else {}


def _tidy(
    connection: Connection, client: Client, audience: str, plans: Sequence[Plan], at: Callable[[], datetime]
) -> None:
    """What takes a request for each member."""
    members = {plan.address for plan in plans if plan.member}
    for plan in plans:
        if plan.archived and plan.archived not in members:
            renew(connection, now=at())
            client.archive(audience, plan.archived)
        if plan.lost_tags:
            renew(connection, now=at())
            client.drop_tags(audience, plan.row.address, plan.lost_tags)


def _give_up_if_hopeless(connection: Connection, broken: Sequence[int], refused: dict[str, str], now: datetime) -> None:
    """Those who were refused for it are due again when the connection is."""
    if len(broken) < _HOPELESS:
        return
    connection.members.filter(pk__in=broken).update(due_at=now, digest="")
    words = next(iter(refused.values()), "")
    raise OutsideTrouble(_("Mailchimp refuses them all: %(why)s") % {"why": words}, is_permanent=True)


def _in_words(trouble: OutsideTrouble) -> str:
    told = [f"{each.get('field')}: {each.get('message')}" for each in trouble.problem.get("errors") or ()]
    return " ".join([str(trouble), *told])[:300]


def _write(connection: Connection, plans: Sequence[Plan], refused: dict[str, str], now: datetime) -> Tally:
    """Rows that were queued anew meanwhile stay due; they are locked in the order in which facts take them."""
    tally, kept, useless = Tally(), [], []
    locked = AudienceMember.objects.select_for_update(of=("self",)).filter(pk__in=[plan.row.pk for plan in plans])
    queued = dict(locked.order_by("entity_id", "pk").values_list("pk", "queued"))
    for plan in plans:
        is_news = queued.get(plan.row.pk, 0) > plan.row.queued
        _settle(plan, refused, tally, now)
        if plan.state or is_news or plan.row.state == State.REFUSED:
            plan.row.due_at = now if is_news else None
            kept.append(plan.row)
        else:
            useless.append(plan.row.pk)
    update_rows(AudienceMember, _COLUMNS, [[row.pk, *_values(row)] for row in kept])
    AudienceMember.objects.filter(pk__in=useless).delete()
    return tally


def _call_heirs(connection: Connection, plans: Sequence[Plan], now: datetime) -> None:
    """Contacts that an address falls to are looked at next; said before the rows are locked: nobody waits in a ring."""
    if heirs := [plan.heir for plan in plans if plan.heir]:
        note(connection.pk, heirs, now=now)


def _settle(plan: Plan, refused: dict[str, str], tally: Tally, now: datetime) -> None:
    row = plan.row
    tally.gone += bool(plan.archived)
    tally.unchanged += plan.member is None
    if plan.keeps:
        return
    held, tags = row.address if row.stands_there else "", sorted(set(row.tags) - set(plan.lost_tags))
    row.state, row.trouble = plan.state or State.NEW, plan.trouble
    row.address, row.tags, row.digest = "", [], ""
    if plan.member is None:
        return
    row.sent_at, row.digest = now, mapping.digest(plan.member)
    if plan.address in refused:
        if plan.address == held:  # it stays there as it was
            row.address, row.tags = held, tags
        row.state, row.trouble = State.REFUSED, refused[plan.address]
        tally.refused += 1
    elif plan.member["status"] == "subscribed":
        row.address, row.tags = plan.address, plan.member["tags"]
        tally.sent += 1
    else:
        row.address = plan.address
        tally.gone += 1


def _values(row: AudienceMember) -> list[Any]:
    values = [getattr(row, name) for name in _COLUMNS]
    values[_COLUMNS.index("tags")] = json.dumps(row.tags)
    return values
