"""Whom a campaign would reach, and whom it leaves out for what reason: a statement that freezing shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from apps.contacts.models import Entity
from apps.core.services.suppression import fold
from apps.crm.selectors.segments import entities_of

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.contacts.models.entities import EntityQuerySet
    from apps.crm.models import Segment

_NOBODY = "SELECT NULL::bigint AS id WHERE false"
_JUDGED = """
chosen (id) AS MATERIALIZED ({chosen}),
found AS MATERIALIZED (
    SELECT e.id, e.display_name, e.primary_email AS written,
        coalesce(f.folded, lower(btrim(e.primary_email))) AS address, seen.id IS NOT NULL AS is_seen
    FROM contacts_entity e JOIN chosen ON chosen.id = e.id LEFT JOIN ({seen}) seen (id) ON seen.id = e.id
    LEFT JOIN unnest(%s::text[], %s::text[]) f (raw, folded) ON f.raw = e.primary_email
),
barred AS (
    SELECT r.*, (
        SELECT s.reason FROM core_suppression s WHERE s.address = r.address AND s.scope IN ('mailings', %s)
        ORDER BY s.scope LIMIT 1
    ) AS bar
    FROM found r
),
reasoned AS (
    SELECT b.*, CASE WHEN NOT is_seen THEN 'hidden' WHEN address = '' THEN 'no_address'
        WHEN address !~ '^[^@[:space:]]+@[^@[:space:]]+$' THEN 'broken' ELSE coalesce(bar, '') END AS why
    FROM barred b
),
judged AS MATERIALIZED (
    SELECT id, display_name, written, address, CASE
        WHEN why = '' AND row_number() OVER (PARTITION BY why, address ORDER BY id) > 1 THEN 'double' ELSE why
    END AS reason
    FROM reasoned
)
"""
_COUNT = "WITH {judged} SELECT reason, count(*) FROM judged GROUP BY reason"
_NAMED = "WITH {judged} SELECT id FROM judged WHERE reason = %s ORDER BY id LIMIT %s"


class Reason(TextChoices):
    """Why somebody of the segment gets nothing."""

    NO_ADDRESS = "no_address", _("No e-mail address")
    BROKEN = "broken", _("The address can’t be right")
    UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")
    BOUNCED = "bounced", _("Mail came back")
    COMPLAINED = "complained", _("Reported as spam")
    BY_HAND = "by_hand", _("Kept from mailings by hand")
    DOUBLE = "double", _("The same address as another contact")
    HIDDEN = "hidden", _("You don’t see this contact")


@dataclass(frozen=True, slots=True)
class Audience:
    """`number` get a mail; `left_out` has the others by reason."""

    number: int
    left_out: dict[str, int]


def audience_of(segment: Segment, *, user: User, scope: str) -> Audience:
    """Whom a mail of `scope` from `user` to this segment would reach now."""
    table, parameters = judged(segment, user, scope)
    return told(ask(_COUNT.format(judged=table), parameters))


def left_out_of(segment: Segment, reason: str, *, user: User, scope: str, limit: int) -> EntityQuerySet:
    """The first of those who are left out for this reason, of whom `user` sees."""
    table, parameters = judged(segment, user, scope)
    ids = [pk for (pk,) in ask(_NAMED.format(judged=table), [*parameters, reason, limit])]
    return Entity.objects.visible_to(user).filter(pk__in=ids).order_by("sort_name", "pk")


def judged(segment: Segment, user: User, scope: str) -> tuple[str, list[Any]]:
    """The common table expression `judged` (id, display_name, written, address, reason), and its parameters."""
    chosen_query = entities_of(segment)
    chosen, chosen_parameters = _statement(chosen_query)
    seen, seen_parameters = _statement(Entity.objects.visible_to(user).order_by())
    raw, folded = _foreign(chosen_query)
    parameters = [*chosen_parameters, *seen_parameters, raw, folded, scope]
    return _JUDGED.format(chosen=chosen, seen=seen), parameters


def _statement(found: EntityQuerySet) -> tuple[str, list[Any]]:
    try:
        statement, parameters = found.values("pk").query.sql_with_params()
    except EmptyResultSet:
        return _NOBODY, []
    return statement, list(parameters)


def _foreign(found: EntityQuerySet) -> tuple[list[str], list[str]]:
    """Addresses beyond ASCII, which the database can't fold: as written, and folded."""
    foreign = found.filter(primary_email__regex=r"[^\x01-\x7f]").values_list("primary_email", flat=True)
    raw = sorted(set(foreign))
    return raw, [fold(address)[:320] for address in raw]


def ask(statement: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def told(rows: list[tuple[Any, ...]]) -> Audience:
    """Of rows with a reason and a number; "" are those who get a mail."""
    counts = {str(reason): int(number) for reason, number in rows}
    number = counts.pop("", 0)
    return Audience(number, {reason: counts[reason] for reason in Reason.values if reason in counts})
