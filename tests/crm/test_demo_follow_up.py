"""The demo's sequences, rules and next steps: all steps, all ends, all days, the same at every start."""

from __future__ import annotations

import pytest

from apps.core import clock
from apps.crm.demo.follow_up import load_follow_up
from apps.crm.demo.people import DOMAIN
from apps.crm.demo.teams import found_teams
from apps.crm.models import Enrolment, Rule, RuleRun, Sequence, SequenceMail
from apps.crm.selectors.follow_up import STATES, follow_ups
from apps.crm.selectors.sequence_pages import figures
from apps.crm.services.sequences import run_sequences
from tests.conftest import make_user
from tests.contacts.factories import OrganisationFactory
from tests.crm.factories import NOW

pytestmark = pytest.mark.django_db


def test_the_demo_has_contacts_at_every_step_and_steps_of_every_day(monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    users = {}
    for login in ("admin", "manager", "sales", "claims", "content", "finance", "project"):
        users[login] = make_user(f"{login}@{DOMAIN}", login.title(), login)
    for number in range(160):
        address = f"firm{number}@example.com" if number % 7 else ""
        OrganisationFactory(name=f"Firm {number}", source="import", primary_email=address)
    found_teams(password="correct-horse-1", now=NOW)

    with django_assert_max_num_queries(1200):
        made = load_follow_up(now=NOW)

    assert made == Enrolment.objects.count() == 44
    assert load_follow_up(now=NOW) == 0
    fair = Sequence.objects.get(name="After the fair")
    shown = figures(fair, reader=users["manager"])
    assert [line.waiting for line in shown.steps] == [6, 5, 4, 0]
    assert {chip.key for chip in shown.chips} == {"active", "resting", "answered", "called", "hand", "nobody"}
    assert SequenceMail.objects.exclude(withheld="").exists()
    assert SequenceMail.objects.filter(outgoing__state="accepted").exists()
    assert Rule.objects.count() == 3
    assert set(RuleRun.objects.values_list("state", flat=True)) == {"done", "skipped", "failed"}
    for state in STATES:
        assert follow_ups(users["sales"], "mine", state, now=NOW).exists()
    run_sequences(now=NOW)
    assert Enrolment.objects.active().count() == 30  # nothing happens on the first day
