"""The figures of the history: five entries a contact, half of the folders and a fifth of the rows hidden."""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import User
from apps.activities.models import Activity, ActivityQuerySet
from apps.activities.models.reach import user_token
from apps.activities.selectors.timelines import PAGE
from apps.contacts.models import Entity
from apps.core import clock
from bench.data import without_indexes
from bench.figures import Row, median, p95, say, times
from bench.house import House

_EACH = 5  # entries for each contact
_LONG = 10_000  # entries on one contact's timeline
_DEEP = 200  # pages
_REQUESTS = 60
_MARK = "filled 1"  # another number for another population
_TABLES = ("activities_activity", "activities_activityentity")

# Entry i: most are notes, a quarter calls, one in two thousand a letter; every fifth is somebody else's alone.
_ENTRIES = """
INSERT INTO activities_activity
    (id, kind, verb, actor_id, occurred_at, created_at, subject, snippet, facts, visibility, audience, readers)
SELECT i,
    CASE WHEN i %% 2000 = 0 THEN 'letter' WHEN i %% 4 = 1 THEN 'call' WHEN i %% 20 = 2 THEN 'task' ELSE 'note' END,
    CASE WHEN i %% 4 = 1 THEN 'call.logged' ELSE 'note.added' END, (%(actors)s::bigint[])[1 + i %% 20],
    %(now)s - i * interval '12 seconds', %(now)s - i * interval '12 seconds', '',
    'What was said or done in entry ' || i || ', in a few plain words.',
    CASE WHEN i %% 4 = 1 THEN '{"direction": "out", "outcome": "reached", "seconds": 90}'::jsonb ELSE '{}'::jsonb END,
    CASE WHEN i %% 5 = 3 THEN 'private' ELSE 'public' END, ARRAY[e.folder_id::int],
    CASE WHEN i %% 5 = 3 THEN ARRAY[%(stranger)s] END
FROM generate_series(%(first)s::bigint, %(last)s) i JOIN contacts_entity e ON e.id = %(about)s
"""
_LINKS = """
INSERT INTO activities_activityentity (activity_id, entity_id, role, via_employer, occurred_at)
SELECT a.id, e.id, 'subject', false, a.occurred_at
FROM activities_activity a JOIN contacts_entity e ON e.id = %(about)s WHERE a.id BETWEEN %(first)s AND %(last)s
UNION ALL
SELECT a.id, e.organisation_entity_id, 'employer', true, a.occurred_at
FROM activities_activity a JOIN contacts_entity e ON e.id = %(about)s
WHERE a.id BETWEEN %(first)s AND %(last)s AND e.organisation_entity_id IS NOT NULL
"""


def fill_history(house: House) -> int:
    """So many entries are there then; 0 where there is nobody to have them."""
    person = _person(house)
    return _fill(house, person) if person else 0


def _person(house: House) -> Entity | None:
    """The one of the long timeline."""
    seen = Entity.objects.visible_to(house.user).live()
    return seen.people().filter(organisation_entity__in=seen.organisations()).order_by("-pk").first()


def measure(house: House) -> Iterator[Row]:
    person = _person(house)
    if person is None:
        return
    total = _fill(house, person)
    client = Client()
    client.force_login(house.user)
    everything = reverse("activities:all")
    yield from _pages(client, house, f"history of everything, {total:,} entries", everything, Activity.objects.all())
    own = Activity.objects.filter(participants__entity=person)
    yield from _pages(
        client, house, f"timeline of {_LONG:,} entries", reverse("activities:timeline", args=[person.pk]), own
    )
    firm = person.organisation_entity_id
    url = reverse("activities:timeline", args=[firm])
    yield from _pages(client, house, "its employer's", url, Activity.objects.filter(participants__entity=firm))


def _pages(client: Client, house: House, name: str, url: str, entries: ActivityQuerySet) -> Iterator[Row]:
    """The first and the two hundredth page, of all kinds and of one."""
    most = 0
    for words, kind in (("", ""), (", one kind", "note"), (", a rare kind", "letter")):
        seen = Activity.objects.visible_to(house.user).live().filter(pk__in=entries.values("pk"))
        seen = seen.filter(kind=kind) if kind else seen
        deep = list(seen.order_by("-occurred_at", "-pk").values_list("occurred_at", "pk")[_DEEP * PAGE :][:1])
        first = f"{url}?kind={kind}"
        asked = {"first page": first}
        if deep:
            asked[f"page {_DEEP}"] = f"{first}&after={deep[0][0].isoformat().replace('+', '%2B')}_{deep[0][1]}"
        for place, address in asked.items():
            _ask(client, address)
            taken = times(functools.partial(_ask, client, address), range(_REQUESTS))
            with CaptureQueriesContext(connection) as captured:
                answer = _ask(client, address)
            if answer.status_code != 200:
                raise RuntimeError(f"{address} answered {answer.status_code}")
            most = max(most, len(captured))
            yield Row(f"{name}{words}: {place}, p95", p95(taken), "ms", 60)
            yield Row(f"{name}{words}: {place}, median", median(taken), "ms")
    yield Row(f"{name}: queries", most, "queries", 12)


def _ask(client: Client, address: str, _turn: int = 0) -> Any:
    return client.get(address, headers={"HX-Request": "true"})


def _fill(house: House, person: Entity) -> int:
    total = house.count * _EACH
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description('activities_activity'::regclass)")
        if cursor.fetchone()[0] == _MARK:
            return total + _LONG
        cursor.execute("RESET ROLE")
        began = time.monotonic()
        cursor.execute("TRUNCATE activities_activity CASCADE")
        values: dict[str, Any] = {
            "now": clock.now() - timedelta(minutes=1),
            "actors": _actors(house),
            "stranger": user_token(0),
        }
        with without_indexes(_TABLES, say):
            for first in range(1, total + 1, 500_000):
                portion = {**values, "first": first, "last": min(total, first + 499_999)}
                about = f"1 + (i * 7919) %% {house.count}"
                cursor.execute(_ENTRIES.replace("%(about)s", about), portion)
                cursor.execute(_LINKS.replace("%(about)s", about.replace("i *", "a.id *")), portion)
                say(f"{portion['last']:,} entries after {time.monotonic() - began:.0f} s")
            portion = {**values, "first": total + 1, "last": total + _LONG, "about": person.pk}
            cursor.execute(_ENTRIES.replace("%(now)s - i *", f"%(now)s - (i - {total}) *"), portion)
            cursor.execute(_LINKS, portion)
        cursor.execute("SELECT setval(pg_get_serial_sequence('activities_activity', 'id'), %s)", [total + _LONG])
        for table in _TABLES:
            cursor.execute(f"VACUUM ANALYZE {table}")
        cursor.execute(f"COMMENT ON TABLE activities_activity IS '{_MARK}'")
        cursor.execute(f"SET ROLE {os.environ.get('DATABASE_WEB_ROLE', settings.DATABASE_WEB_ROLE)}")
        say(f"history filled in {time.monotonic() - began:.0f} s")
    return total + _LONG


def _actors(house: House) -> list[int]:
    made = [
        User.objects.get_or_create(
            email=f"bench{number}@example.com", defaults={"name": f"Colleague {number}", "created_at": clock.now()}
        )[0].pk
        for number in range(19)
    ]
    return [house.user.pk, *made]
