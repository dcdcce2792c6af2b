"""Who unsubscribed at Mailchimp, or gets no mail there because it came back: read before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.dateparse import parse_datetime

from apps.core.services.suppression import fold
from apps.sync.connectors.mailchimp.client import PAGE, Client, Leaver
from apps.sync.connectors.mailchimp.mapping import hash_of
from apps.sync.models import AudienceMember, Connection
from apps.sync.services.connections.claims import holding
from apps.sync.services.connections.opting_out import opt_out
from apps.sync.services.connections.options import mailchimp
from apps.sync.services.connections.tally import Tally

State = AudienceMember.State
_STATUSES = ("unsubscribed", "cleaned")
_OVERLAP = timedelta(seconds=1)  # their times have whole seconds


def hear(connection: Connection, client: Client, *, at: Callable[[], datetime]) -> Iterator[Tally]:
    """Read on from the cursor, page by page; each page's cursor commits with what it said. Raises as `push`."""
    audience = mailchimp(connection.options).audience
    for status in _STATUSES:
        offset = 0
        while True:
            cursor = connection.cursor.get(status) or {}
            page = client.leavers(audience, status=status, since=_since(cursor), offset=offset)
            now = at()
            with holding(connection, now=now):
                count = _take(connection, status, page, cursor, now)
            yield Tally(heard=count)
            if len(page) < PAGE:
                break
            moved = _since(connection.cursor[status]) != _since(cursor)
            offset = 0 if moved else offset + len(page)


def _since(cursor: dict[str, Any]) -> str:
    moment = parse_datetime(cursor.get("at") or "")
    return (moment - _OVERLAP).isoformat() if moment else ""


def _take(connection: Connection, status: str, page: Sequence[Leaver], cursor: dict[str, Any], now: datetime) -> int:
    """What the last page said already is in `seen`: somebody may have allowed mailings again since."""
    seen = set(cursor.get("seen") or ())
    fresh = [each for each in page if _name(each) not in seen]
    if not fresh:
        return 0
    addresses = {fold(each.address): each for each in fresh}
    rows = connection.members.filter(address__in=addresses)
    by_us = set(rows.filter(state=State.UNSUBSCRIBED).values_list("address", flat=True))
    count = opt_out(connection, addresses=addresses.keys() - by_us, status=status, now=now)
    for row in rows.standing().order_by("entity_id", "pk"):  # as facts take them
        words = addresses[row.address].reason or status
        AudienceMember.objects.filter(pk=row.pk).update(state=State.UNSUBSCRIBED, trouble=words[:300], digest="")
    last = max(each.at for each in fresh)
    edge = _since({"at": last})
    connection.cursor[status] = {"at": last, "seen": sorted(_name(each) for each in page if each.at >= edge)}
    Connection.objects.filter(pk=connection.pk).update(cursor=connection.cursor)
    return count


def _name(each: Leaver) -> str:
    return f"{hash_of(each.address)}:{each.at}"
