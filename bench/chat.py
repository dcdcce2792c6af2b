"""A large group: opened at the last unread message, searched, and how soon what is posted is on the open pages.

Half as many messages as there are contacts: 500,000 at scale 1.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from threading import Thread
from typing import Any
from urllib.parse import quote_plus

from django.contrib.auth.models import Group as Role
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse

from apps.accounts.models import Preferences, User
from apps.core import clock
from apps.core.live.hub import Client, Hub
from apps.projects.models import Group, Membership, ReadMark
from apps.projects.services.members import make_group
from apps.projects.services.messages import post_message
from bench.figures import Row, median, p95, say, times
from bench.house import House

_REQUESTS = 40
_PAGES, _POSTS = 200, 60
_GROUPS = 1_000
_TITLE = "Bench"

# Words are as frequent as in a language: few make up most of what is said.
_WORDS = """
INSERT INTO projects_knownword (word)
SELECT DISTINCT word FROM (SELECT 'w' || substr(md5(i::text), 1, 5) AS word FROM generate_series(0, 49999) i) AS made
ON CONFLICT DO NOTHING;
"""
_MESSAGES = """
WITH made AS MATERIALIZED (
    SELECT i, ARRAY(
        SELECT 'w' || substr(md5(floor(50000 * power(random(), 5))::int::text), 1, 5)
        FROM generate_series(1, 4 + i %% 14)
    ) AS words FROM generate_series(%(first)s::bigint, %(last)s) i
), said AS (
    INSERT INTO projects_message (group_id, seq, rev, author_id, client_id, text, sent_at)
    SELECT %(group)s, i, i, (%(authors)s::bigint[])[1 + i %% 2], 'bench-' || lpad(i::text, 10, '0'),
        array_to_string(words, ' '), %(now)s - (%(total)s - i) * interval '20 seconds' FROM made
)
INSERT INTO projects_messageword (group_id, word, seq) SELECT DISTINCT %(group)s, word, i FROM made, unnest(words) word;
"""


def measure(house: House) -> Iterator[Row]:
    total = house.count // 2
    group = _fill(house, total)
    member = Membership.objects.get(group=group, user=house.user)
    browser = Browser()
    browser.force_login(house.user)
    page = reverse("projects:group", args=[group.pk])

    def unread() -> Iterator[str]:
        for number in range(_REQUESTS):
            ReadMark.objects.filter(membership=member).update(read_seq=total * (number + 1) // (_REQUESTS + 2))
            yield page

    times(browser.get, [page] * 3)
    yield Row(
        f"group of {total:,} messages, opened at the last unread, p95", p95(times(browser.get, unread())), "ms", 80
    )
    far = [f"{page}?at={1 + total * number // _REQUESTS}" for number in range(_REQUESTS)]
    yield Row("the same, opened at a hit far up, p95", p95(times(browser.get, far)), "ms", 80)
    yield from _searched(browser, group)
    yield from _listed(browser, house)
    yield from _posted(house, group)


def _searched(browser: Browser, group: Group) -> Iterator[Row]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word FROM projects_messageword WHERE group_id = %s GROUP BY word ORDER BY count(*) DESC", [group.pk]
        )
        words = [row[0] for row in cursor.fetchall()]
    rare = words[len(words) // 2 :]
    questions = {
        "one frequent word": [words[number] for number in range(_REQUESTS)],
        "one rare word": rare[:_REQUESTS],
        "the beginning of a word": [word[:3] for word in words[:_REQUESTS]],
        "two frequent words": [f"{words[number]} {words[number + 1]} " for number in range(_REQUESTS)],
        "a frequent and a rare word": [f"{words[number]} {rare[number]} " for number in range(_REQUESTS)],
        "a word spelled wrong": [f"{word[:3]}q{word[4:]}" for word in words[:_REQUESTS]],
    }
    for place, address in (
        ("group", reverse("projects:group_search", args=[group.pk])),
        ("all groups", reverse("projects:search")),
    ):
        for name, asked in questions.items():
            taken = times(browser.get, [f"{address}?q={quote_plus(text)}" for text in asked])
            yield Row(f"search in {place}: {name}, p95", p95(taken), "ms", 100)


def _listed(browser: Browser, house: House) -> Iterator[Row]:
    address = reverse("projects:group_list")
    times(browser.get, [address] * 2)
    taken = times(browser.get, [address] * _REQUESTS)
    count = Membership.objects.present().filter(user=house.user).count()
    yield Row(f"list of {count:,} groups, p95", p95(taken), "ms", 80)


def _posted(house: House, group: Group) -> Iterator[Row]:
    """From the call that posts to the moment at which the hub has it for each of the open pages."""
    taken, delays = asyncio.run(_listen(house, group))
    yield Row("posting a message, median", median(taken), "ms")
    yield Row(f"post to {_PAGES} open pages, p99", sorted(delays)[int(len(delays) * 0.99)], "ms", 300)


async def _listen(house: House, group: Group) -> tuple[list[float], list[float]]:
    hub = Hub()
    channel = f"{group.channel}:en"
    pages = [Client(house.user.pk, frozenset({channel})) for _page in range(_PAGES)]
    for each in pages:
        await hub.join(each)
    began: list[float] = []
    taken: list[float] = []
    delays: list[float] = []
    poster = Thread(target=_post, args=(house, group, began, taken))

    async def follow(page: Client) -> None:
        heard = 0
        while heard < _POSTS:
            await page.news.wait()
            events = page.take().count(b"data: ")
            delays.extend((time.perf_counter() - began[heard + each]) * 1000 for each in range(events))
            heard += events

    followed = [asyncio.create_task(follow(page)) for page in pages]
    poster.start()
    await asyncio.wait_for(asyncio.gather(*followed), 120)
    await hub.close()
    poster.join()
    return taken, delays


def _post(house: House, group: Group, began: list[float], taken: list[float]) -> None:
    for number in range(_POSTS):
        began.append(time.perf_counter())
        key = f"post-{time.time_ns()}-{number}"
        post_message(actor=house.user, group=group, client_id=key, text=f"Bench {number}", now=clock.now())
        taken.append((time.perf_counter() - began[-1]) * 1000)
        time.sleep(0.1)
    connection.close()


def _fill(house: House, total: int) -> Group:
    known = Group.objects.filter(title=f"{_TITLE} {total}").first()
    if known is not None:
        return known
    say(f"filling a group of {total:,} messages")
    now = clock.now()
    other = _other()
    for number in range(_GROUPS - 1):
        small = make_group(actor=house.user, title=f"Small {number}", users=[other], now=now)
        if number % 10 == 0:
            post_message(actor=other, group=small, client_id=f"small-{number:06}", text=f"wabc {number}", now=now)
    group = make_group(actor=house.user, title=f"{_TITLE} {total}", users=[other], now=now)
    authors = list(Membership.objects.filter(group=group).order_by("pk").values_list("pk", flat=True))
    given: dict[str, Any] = {"group": group.pk, "authors": authors, "now": now, "total": total}
    with connection.cursor() as cursor:
        cursor.execute(_WORDS)
        for first in range(1, total + 1, 20_000):
            cursor.execute(_MESSAGES, {**given, "first": first, "last": min(first + 19_999, total)})
    Group.objects.filter(pk=group.pk).update(last_seq=total, last_rev=total)
    ReadMark.objects.create(membership_id=authors[0], read_seq=total // 2, read_at=now)
    _vacuum()
    return group


def _vacuum() -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        for table in ("message", "messageword", "knownword", "group", "membership"):
            cursor.execute(f"VACUUM ANALYZE projects_{table}")


def _other() -> User:
    found, made = User.objects.get_or_create(
        email="bench-other@example.com", defaults={"name": "Other", "created_at": clock.now()}
    )
    if made:
        found.groups.add(Role.objects.get(name="sales"))
        Preferences.objects.create(user=found)
    return found
