"""The figures of the portal: one order for each contact, of three hundred dealers for each hundred thousand of them."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import User
from apps.core import clock
from apps.crm.kept_pages import forget_dealers
from apps.crm.models import Dealer, DealerUser, Order
from bench.data import without_indexes
from bench.figures import Row, median, p95, say, times
from bench.house import House

_ORDERS_EACH = 333  # of a dealer
_REQUESTS = 60
_MARK = "filled 1"  # another number for another population
_TABLES = ("crm_order", "crm_orderstate", "crm_ordermoney", "crm_construction", "crm_orderevent")

_PEOPLE = """
INSERT INTO crm_plant (id, key, name, city, position)
VALUES (1, 'plant-a', 'Plant A', 'Kyiv', 0), (2, 'plant-b', 'Plant B', 'Lutsk', 1)
ON CONFLICT DO NOTHING;
INSERT INTO crm_dealer (id, entity_id, code, name, city, is_active, plant_ids, manager_name,
    manager_email, manager_phone, created_at)
SELECT row_number() OVER (ORDER BY id), id, 'D-' || id, display_name, city, true, '{1,2}', '', '', '', %(now)s
FROM (SELECT id, display_name, city FROM contacts_entity WHERE kind = 'organisation'
    ORDER BY id LIMIT %(dealers)s) firms;
INSERT INTO crm_dealerplant (dealer_id, plant_id, currency, credit_limit, version)
SELECT d.id, p, 'UAH', 100000, 1 FROM crm_dealer d, generate_series(1, 2) p;
"""
_ORDERS = """
INSERT INTO crm_order (id, plant_id, plant_key, dealer_id, number, reference, client, product, comment, received_at,
    approved_at, identity_version, created_at)
SELECT i, 1 + i %% 2, 'K-' || i, 1 + (i * 7919) %% %(dealers)s, 'A-' || i, 'Order of client ' || i %% 5000, '',
    'PVC', '', %(now)s - i * interval '90 seconds', %(now)s - i * interval '90 seconds', 1, %(now)s
FROM generate_series(%(first)s::bigint, %(last)s) i;
INSERT INTO crm_orderstate (order_id, dealer_id, plant_id, stage, status, is_on_hold, is_cancelled, accepted_at,
    planned_on, quantity, made, shipped, stage_version, stage_as_of, delivery_version, changed_at)
SELECT id, dealer_id, plant_id, (ARRAY[10, 20, 40, 60, 80])[1 + id %% 5], (ARRAY[10, 20, 40, 60, 80])[1 + id %% 5],
    false, false, received_at, received_at::date + 20, 3, 1, 0, 1, %(now)s, 1, %(now)s
FROM crm_order WHERE id BETWEEN %(first)s AND %(last)s;
INSERT INTO crm_ordermoney (order_id, dealer_id, amount, currency, version, as_of)
SELECT id, dealer_id, 1000 + id %% 9000, 'UAH', 1, %(now)s FROM crm_order WHERE id BETWEEN %(first)s AND %(last)s;
INSERT INTO crm_construction (order_id, dealer_id, plant_id, plant_key, position, kind, title, width, height, colour,
    glass, hardware, quantity, made, shipped, stage, version, scheme)
SELECT id, dealer_id, plant_id, 'P-' || id || '-' || p, p, 'window', 'Window, two sashes', 1400, 1300, 'white',
    '4-16-4', 'standard', 1, 0, 0, 20, 1,
    '{"width": 1400, "height": 1300, "parts": [
      {"id": "f", "kind": "frame", "x": 0, "y": 0, "width": 1400, "height": 1300},
      {"id": "s1", "kind": "sash", "x": 50, "y": 50, "width": 640, "height": 1200, "opening": "tilt_turn_left"},
      {"id": "s2", "kind": "sash", "x": 700, "y": 50, "width": 640, "height": 1200, "opening": "turn_right"}]}'::jsonb
FROM crm_order, generate_series(1, 3) p WHERE id BETWEEN %(first)s AND %(last)s;
INSERT INTO crm_orderevent (order_id, dealer_id, source, record, version, digest, kind, what, is_money, is_stale,
    happened_at, received_at)
SELECT id, dealer_id, 'plant-a', 'status:K-' || id, v, 0, 'stage', ('{"stage": ' || v * 10 || '}')::jsonb, false, false,
    received_at + v * interval '1 day', %(now)s
FROM crm_order, generate_series(1, 2) v WHERE id BETWEEN %(first)s AND %(last)s;
"""


def measure(house: House) -> Iterator[Row]:
    total = fill_dealers(house)
    user = _somebody()
    client = Client()
    client.force_login(user)
    dealer_id = user.dealer_user.dealer_id
    orders = list(Order.objects.filter(dealer=dealer_id).order_by("-received_at").values_list("pk", flat=True)[:50])
    lists = [reverse("portal:order_list")] * _REQUESTS
    pages = [reverse("portal:order", args=[orders[number % len(orders)]]) for number in range(_REQUESTS)]
    for name, addresses in (("order list", lists), ("order page", pages)):
        yield from _figures(client, f"dealer's {name}, {total:,} orders", addresses, dealer_id)
    found = [f"{lists[0]}?q=client+{number}" for number in range(_REQUESTS)]
    yield Row("dealer's order list, searched, p95", p95(times(client.get, found)), "ms", 40)


def _figures(client: Client, name: str, addresses: list[str], dealer_id: int) -> Iterator[Row]:
    """Each once made anew and once as it is kept."""

    def forgotten() -> Iterator[str]:
        for address in addresses:
            forget_dealers([dealer_id])
            yield address

    times(client.get, itertools.islice(forgotten(), 3))
    taken = times(client.get, forgotten())
    yield Row(f"{name}, made anew, p95", p95(taken), "ms", 40)
    yield Row(f"{name}, made anew, median", median(taken), "ms")
    for address in set(addresses):
        client.get(address)
    taken = times(client.get, addresses)
    yield Row(f"{name}, kept, p95", p95(taken), "ms", 40)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(addresses[0])
    if answer.status_code != 200:
        raise RuntimeError(f"{addresses[0]} answered {answer.status_code}")
    yield Row(f"{name}: statements, four of them the wall's", len(captured), "queries", 16)


def _somebody() -> User:
    """A portal user of the dealer in the middle."""
    dealer = Dealer.objects.order_by("pk")[Dealer.objects.count() // 2]
    user, _made = User.objects.get_or_create(
        email="bench-dealer@example.com", defaults={"name": "Dealer", "created_at": clock.now()}
    )
    DealerUser.objects.get_or_create(
        user=user,
        defaults={"dealer": dealer, "role": "owner", "email": user.email, "created_at": clock.now()},
    )
    cache.clear()
    return user


def fill_dealers(house: House) -> int:
    """As many orders as there are contacts; returns their number."""
    total = house.count
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description('crm_order'::regclass)")
        if cursor.fetchone()[0] == _MARK:
            return total
        cursor.execute("RESET ROLE")
        began = time.monotonic()
        cursor.execute("TRUNCATE crm_plant, crm_dealer CASCADE")
        values: dict[str, Any] = {"now": clock.now(), "dealers": max(3, total // _ORDERS_EACH)}
        cursor.execute(_PEOPLE, values)
        cursor.execute("SELECT count(*) FROM crm_dealer")
        values["dealers"] = cursor.fetchone()[0]
        with without_indexes(_TABLES, say):
            for first in range(1, total + 1, 200_000):
                cursor.execute(_ORDERS, {**values, "first": first, "last": min(total, first + 199_999)})
                say(f"{min(total, first + 199_999):,} orders after {time.monotonic() - began:.0f} s")
        for table in ("crm_order", "crm_dealer", "crm_plant"):
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
        for table in _TABLES:
            cursor.execute(f"VACUUM ANALYZE {table}")
        cursor.execute(f"COMMENT ON TABLE crm_order IS '{_MARK}'")
        cursor.execute(f"SET ROLE {os.environ.get('DATABASE_WEB_ROLE', settings.DATABASE_WEB_ROLE)}")
        say(f"orders filled in {time.monotonic() - began:.0f} s")
    return total
