"""A real Celery worker on a real broker."""

from __future__ import annotations

import time

import pytest
from django.core.cache import cache
from django.db import transaction

from apps.core import clock, jobs
from apps.core.models import OutgoingMail
from apps.core.services import operations, outbox
from tests.core.processes import start
from tests.core.smtp_servers import sink

pytestmark = pytest.mark.django_db(transaction=True)


def wait_for(condition, seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return bool(met)


@pytest.fixture
def worker(settings):
    with sink(settings) as server:
        process = start(
            *("celery", "-A", "config", "worker", "--pool", "solo", "--queues", "default,mail"),
            *("--without-gossip", "--without-mingle", "--loglevel", "WARNING"),
            variables={"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(settings.EMAIL_PORT)},
        )
        yield server
        process.terminate()
        process.wait(20)


def test_a_commit_wakes_the_worker(worker, alice):
    cache.delete("worker:heartbeat")

    with transaction.atomic():
        now = clock.now()
        outbox.queue_mail(to="anna@example.com", subject="Hello", body="Hello", dedupe_key="hello", now=now)
        unknown = operations.start(actor=alice, verb="test.unknown", parameters={}, now=now)
    jobs.nudge(jobs.heartbeat)

    assert wait_for(lambda: OutgoingMail.objects.filter(state="accepted").exists())
    assert [envelope.rcpt_tos for envelope in worker.envelopes] == [["anna@example.com"]]
    assert wait_for(lambda: cache.get("worker:heartbeat"))
    assert wait_for(lambda: type(unknown).objects.filter(pk=unknown.pk, state="failed").exists())


QUEUE_ONE_MAIL = """
from apps.core import clock
from apps.core.services.outbox import queue_mail
queue_mail(to="anna@example.com", subject="Hello", body="Hello", dedupe_key="hello", now=clock.now())
"""


def test_without_redis_a_save_goes_through_soon_and_the_sweep_finds_it(now):
    program = start("django", "shell", "-v", "0", "-c", QUEUE_ONE_MAIL, variables={"REDIS_URL": "redis://127.0.0.1:1"})

    assert program.wait(20) == 0
    assert OutgoingMail.objects.get().state == "queued"
    assert outbox.sweep(now=clock.now()) == 1
