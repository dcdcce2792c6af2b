"""Whatever happens in whatever order: each address gets a campaign's mail once at most, and who left gets none."""

from __future__ import annotations

import signal
import time
from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.core import clock
from apps.core.models import OutgoingMail, Suppression
from apps.core.services import outbox
from apps.core.services.suppression import suppress as keep_from
from apps.crm.services.campaigns import (
    WrongState,
    pause_campaign,
    resume_campaign,
    run_campaigns,
    start_campaign,
)
from tests.conftest import make_user
from tests.core.processes import start
from tests.core.smtp_servers import sink
from tests.crm.campaigning import draft, person
from tests.crm.factories import NOW

PEOPLE = 6
STEPS = st.one_of(
    st.sampled_from(["run", "run", "killed run", "send", "pause", "resume", "minute"]),
    st.integers(0, PEOPLE - 1),  # who unsubscribes
)
_HOLDERS = """
SELECT count(*) FROM pg_stat_activity a WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
    AND EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid)
"""


class Killed(Exception):
    pass


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEPS, max_size=14), with_trial=st.booleans())
def test_paused_killed_and_left_at_any_time_each_gets_it_once_or_not_at_all(steps, with_trial, settings, monkeypatch):
    with transaction.atomic():
        _live_through(steps, settings, monkeypatch, second="Windows" if with_trial else "")
        transaction.set_rollback(True)


def _live_through(steps, house, monkeypatch, *, second: str) -> None:
    house.RAPPORT_SITE_URL = "https://rapport.example/"
    moment = [NOW]
    monkeypatch.setattr(clock, "now", lambda: moment[0])
    charlie = make_user("writer@example.com", "Charlie Content", "content")
    for number in range(PEOPLE):
        person(f"N{number}")
    campaign = draft(charlie, per_minute=2, subject_b=second, test_share=50, wait_hours=1)
    start_campaign(actor=charlie, campaign=campaign, now=NOW)
    left_before: set[str] = set()
    with sink(house) as server:

        def got() -> Counter[str]:
            return Counter(each.rcpt_tos[0] for each in server.envelopes)

        for step in steps:
            if step == "run":
                run_campaigns(now=moment[0])
            elif step == "killed run":
                with suppress(Killed), transaction.atomic():
                    run_campaigns(now=moment[0])
                    raise Killed
            elif step == "send":
                outbox.send_due(now=moment[0])
            elif step == "minute":
                moment[0] += timedelta(minutes=1, seconds=1)
            elif step in ("pause", "resume"):
                act = pause_campaign if step == "pause" else resume_campaign
                with suppress(WrongState):
                    act(actor=charlie, campaign=campaign, now=moment[0])
            else:
                address = f"n{step}@example.com"
                keep_from(addresses=[address], reason=Suppression.Reason.UNSUBSCRIBED, now=moment[0])
                if not got()[address]:
                    left_before.add(address)
        with suppress(WrongState):
            resume_campaign(actor=charlie, campaign=campaign, now=moment[0])
        for _turn in range(12):
            run_campaigns(now=moment[0])
            outbox.send_due(now=moment[0])
            moment[0] += timedelta(minutes=20)
        everybody = {f"n{number}@example.com" for number in range(PEOPLE)}
        assert got() == Counter(everybody - left_before)
    campaign.refresh_from_db()
    assert campaign.state == "done"
    assert set(campaign.recipients.filter(address__in=left_before).values_list("state", flat=True)) <= {"withheld"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["mails-made", "rows-written"])
def test_a_worker_killed_while_it_makes_mails_leaves_none_twice_and_none_out(step, everyone_folder):
    charlie = make_user("charlie@example.com", "Charlie Content", "content")
    for number in range(3):
        person(f"N{number}")
    campaign = draft(charlie)
    now = clock.now()
    start_campaign(actor=charlie, campaign=campaign, now=now)
    worker = start("tests.crm.campaign_worker", step, stdout=-1)
    assert worker.stdout is not None
    assert step in iter(lambda: worker.stdout.readline().strip(), "")  # type: ignore[union-attr]  # asserted above
    worker.send_signal(signal.SIGKILL)
    worker.wait(10)
    _wait_for_its_locks()
    assert not OutgoingMail.objects.exists()

    for _round in range(2):
        run_campaigns(now=now)

    made = Counter(mail.recipients[0] for mail in OutgoingMail.objects.all())
    assert made == Counter(f"n{number}@example.com" for number in range(3))


def _wait_for_its_locks() -> None:
    """Until Postgres has seen that it is gone: a moment on a quiet machine."""
    for _turn in range(300):
        with connection.cursor() as cursor:
            cursor.execute(_HOLDERS)
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.1)
    raise AssertionError("the killed worker's locks are still held")
