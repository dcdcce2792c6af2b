"""The database roles that a request takes on: the portal's, behind row-level security, or the house's (docs/adr/0015).

`rapport_portal` can't sign in; it is granted to the web's role, which takes it on for one transaction. Its policies
ask the settings made here, so that whatever a view forgets to filter isn't there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, transaction

_UNSET = {
    "app.dealer_id": "",
    "app.entity_id": "",
    "app.user_id": "",
    "app.sees_money": "",
    "app.plant_ids": "{}",
    "app.shipment_id": "",
    "app.order_ids": "{}",
    "app.guest_group_id": "",
    "app.guest_from_seq": "",
    "app.guest_tabs": "",
}


@contextmanager
def as_portal(
    *,
    dealer_id: int,
    entity_id: int,
    user_id: int = 0,
    sees_money: bool = False,
    plant_ids: tuple[int, ...] = (),
    shipment_id: int = 0,
    order_ids: tuple[int, ...] = (),
) -> Iterator[None]:
    """Run as the portal's role for one dealer, in one transaction; afterwards the role is the house's again.

    `user_id` 0 is nobody's: a public link or a job. With `shipment_id` nothing is there but this shipment and, of the
    dealer's, these orders on board. Streams that are read after it see nothing, by design.
    """
    known = {
        "app.dealer_id": str(dealer_id),
        "app.entity_id": str(entity_id),
        "app.user_id": str(user_id or ""),
        "app.sees_money": "yes" if sees_money else "",
        "app.plant_ids": "{" + ",".join(map(str, plant_ids)) + "}",
        "app.shipment_id": str(shipment_id or ""),
        "app.order_ids": "{" + ",".join(map(str, order_ids)) + "}",
    }
    with _behind_the_wall(known):
        yield


@contextmanager
def as_guest(*, user_id: int, entity_id: int, group_id: int, from_seq: int, tabs: Iterable[str]) -> Iterator[None]:
    """Run as the portal's role for a guest of one project, who sees these tabs of it and messages after `from_seq`.

    `group_id` 0 is none: nothing is there. Nothing of dealers is.
    """
    known = _UNSET | {
        "app.user_id": str(user_id),
        "app.entity_id": str(entity_id),
        "app.guest_group_id": str(group_id),
        "app.guest_from_seq": str(from_seq),
        "app.guest_tabs": ",".join(sorted(tabs)),
    }
    with _behind_the_wall(known):
        yield


@contextmanager
def _behind_the_wall(known: dict[str, str]) -> Iterator[None]:
    with transaction.atomic():
        _take(settings.DATABASE_PORTAL_ROLE, known)
        yield
        # After an error the rollback gives role and settings back, that to a savepoint too.
        if not connection.get_rollback():
            _take(settings.DATABASE_WEB_ROLE, _UNSET)


@contextmanager
def as_house() -> Iterator[None]:
    """Within `as_portal` or `as_guest`: run as the house's role, for what a service writes beside the reader's rows.

    Only for services, and only once the record at hand was read behind the wall. Elsewhere it changes nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        role = cursor.fetchone()[0]
    if role != settings.DATABASE_PORTAL_ROLE:
        yield
        return
    with transaction.atomic():
        _take(settings.DATABASE_WEB_ROLE, {})
        yield
        _take(settings.DATABASE_PORTAL_ROLE, {})


def _take(role: str, known: dict[str, str]) -> None:
    name = connection.ops.quote_name(role)
    with connection.cursor() as cursor:
        if not known:
            cursor.execute(f"SET LOCAL ROLE {name}")
            return
        calls = ", ".join("set_config(%s, %s, true)" for _setting in known)
        values = [text for pair in known.items() for text in pair]
        cursor.execute(f"SELECT {calls}; SET LOCAL ROLE {name}", values)
