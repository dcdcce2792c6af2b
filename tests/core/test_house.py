"""Health, upkeep, limits, and pages in parts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from apps.activities.models import Notice
from apps.core import clock, ratelimit
from apps.core.models import IdempotencyKey, OutgoingMail
from apps.core.services import health
from apps.core.services.maintenance import maintain

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_owner():
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        yield
        cursor.execute("SET ROLE rapport_web")


def test_the_house_is_ready(client):
    assert client.get("/healthz").text == "ok"

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["ready"], answer.json()["failures"]) == (200, True, [])


def test_a_worker_is_told_of_and_mail_that_lies_about_is_a_failure(client):
    now = clock.now()
    health.beat(now=now - timedelta(seconds=30))
    OutgoingMail.objects.create(
        recipients=[], raw=b"", created_at=now, not_before=now - timedelta(minutes=16), message_id="1", dedupe_key="1"
    )

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["failures"] == ["mail"]
    assert 30 <= answer.json()["worker_silent_seconds"] < 40


def test_the_house_is_not_ready_without_redis(client, settings):
    settings.CACHES = {**settings.CACHES, "default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1"}}

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["failures"]) == (503, ["redis"])


def test_upkeep_makes_the_partitions_of_a_year_ahead_and_forgets_old_answers(alice, now, as_owner):
    far = now.replace(year=now.year + 3)
    for key, age in (("old", 25), ("young", 23)):
        created_at = far - timedelta(hours=age)
        IdempotencyKey.objects.create(user=alice, key=key, request_digest="", created_at=created_at)

    first = maintain(now=far)  # for changes, notices and what sources sent
    call_command("maintain")
    second = maintain(now=far)

    assert (first.partitions_made, first.keys_removed) == (39, 1)
    assert (second.partitions_made, second.keys_removed) == (0, 0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('rapport_web', %s, 'UPDATE')", [f"core_change_{far.year + 1}_11"])
        assert cursor.fetchone() == (False,)


def test_notices_go_month_by_month_when_they_have_had_their_time(as_owner, bob, settings):
    settings.RAPPORT_NOTICES_KEPT_DAYS = 90
    maintain(now=datetime(2031, 1, 15, tzinfo=UTC))
    days = [datetime(2031, month, day, tzinfo=UTC) for month, day in ((1, 2), (3, 31), (4, 1), (7, 1))]
    long_ago = datetime(2001, 1, 1, tzinfo=UTC)  # no month ever took it
    for at in (long_ago, *days):
        Notice.objects.create(user=bob, at=at, event="reminder", verb="reminder.due")

    done = maintain(now=datetime(2031, 7, 2, tzinfo=UTC))

    # 90 days before is the third of April: that month stays as a whole.
    assert done.partitions_removed >= 3
    assert list(Notice.objects.order_by("at").values_list("at", flat=True)) == days[2:]
    assert maintain(now=datetime(2031, 7, 2, tzinfo=UTC)).partitions_removed == 0


def test_a_limit_lets_so_many_through():
    key = f"test:{clock.now().timestamp()}"

    answers = [ratelimit.allow(key, limit=3, seconds=60) for _ in range(5)]

    assert answers == [True, True, True, False, False]
