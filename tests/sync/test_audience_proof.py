"""Whatever happens here, there and in between: in the end the audience is what the filter and people's wishes say."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.contacts.models import Entity
from apps.core.models import SavedView, Suppression
from apps.core.services.suppression import allow_again, suppress
from apps.sync.models import AudienceMember, Connection
from apps.sync.services.connections import rounds
from apps.sync.services.connections.enqueuing import note_contacts, replay
from tests.conftest import NOW
from tests.contacts.factories import PersonFactory
from tests.sync.mailchimp_server import mailchimp
from tests.sync.outside import an_audience

pytestmark = pytest.mark.django_db

ADDRESSES = [f"{name}@windows.ua" for name in ("info", "olha", "petro")]
WHO = st.integers(0, 3)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("address"), WHO, st.sampled_from(["", *ADDRESSES])),
        st.tuples(st.just("trash"), WHO, st.booleans()),
        st.tuples(st.just("suppress"), st.sampled_from(ADDRESSES), st.booleans()),
        st.tuples(st.just("leave"), st.sampled_from(ADDRESSES), st.booleans()),
        st.tuples(st.just("lose"), st.integers(1, 3), st.none()),
        st.tuples(st.just("break"), st.sampled_from(ADDRESSES), st.booleans()),
        st.tuples(st.just("name"), WHO, st.sampled_from(["Olha", "Petro"])),
        st.tuples(st.just("round"), st.none(), st.none()),
    ),
    max_size=14,
)


@pytest.fixture
def chimp(settings, everyone_folder):
    settings.RAPPORT_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    with mailchimp() as fake:
        settings.RAPPORT_MAILCHIMP_URL = fake.url
        yield fake


class Story:
    """Four contacts, three addresses, and an hour between two steps."""

    def __init__(self, ada, chimp):
        Connection.objects.all().delete()
        SavedView.objects.all().delete()
        Suppression.objects.all().delete()
        Entity.objects.filter(last_name="Proof").delete()
        chimp.members.clear()
        chimp.breaking.clear()
        chimp.lost = 0
        self.chimp = chimp
        self.clock = (NOW + n * timedelta(hours=1) for n in itertools.count())
        self.people = [PersonFactory(first_name=f"P{n}", last_name="Proof") for n in range(4)]
        self.connection = an_audience(ada)

    def change(self, who, **values):
        Entity.objects.filter(pk=self.people[who].pk).update(**values)
        note_contacts([self.people[who].pk], now=next(self.clock))

    def take(self, step, first, second):
        if step == "address":
            self.change(first, primary_email=second)
        elif step == "trash":
            self.change(first, trashed_at=NOW if second else None)
        elif step == "suppress" and second:
            suppress(addresses=[first], reason=Suppression.Reason.BY_HAND, now=next(self.clock))
        elif step == "suppress":
            allow_again(address=first)
        elif step == "leave" and first in self.chimp.subscribed():
            self.chimp.unsubscribe(first, by_themselves=second)
        elif step == "lose":
            self.chimp.lost = first
        elif step == "break":
            (self.chimp.breaking.add if second else self.chimp.breaking.discard)(first)
        elif step == "name":
            self.change(first, first_name=second)
        elif step == "round":
            self.round()

    def round(self, why="round"):
        now = next(self.clock)
        return rounds.run(self.connection.pk, at=lambda: now, why=why)

    def end(self):
        self.chimp.lost = 0
        self.chimp.breaking.clear()
        replay(self.connection, AudienceMember.objects.values_list("pk", flat=True), now=next(self.clock))
        for _turn in range(3):
            self.round(why="by_hand")

    def expected(self):
        """By their filter and wishes alone: none of what the code keeps is asked, but the suppressions."""
        live = Entity.objects.filter(last_name="Proof", trashed_at=None).exclude(primary_email="")
        wanted = set(live.values_list("primary_email", flat=True))
        unwilling = {each["email_address"] for each in self.chimp.members.values() if each["compliance"]}
        return sorted(wanted - set(Suppression.objects.values_list("address", flat=True)) - unwilling)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_in_the_end_those_are_subscribed_who_are_wanted_and_willing(ada, chimp, steps):
    story = Story(ada, chimp)
    for step in steps:
        story.take(*step)
    story.end()

    assert chimp.subscribed() == story.expected()
    assert not AudienceMember.objects.filter(due_at__isnull=False).exists()
    there = AudienceMember.objects.filter(state="there").values_list("address", flat=True)
    assert sorted(there) == chimp.subscribed()
