"""Events for Google Analytics: chosen ones, without personal data, looked at before they leave, none of them lost."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from apps.contacts.models import Folder
from apps.core import clock
from apps.core.contributions import Occurrence
from apps.core.models import OutgoingMail
from apps.crm.models import Persona, PipelineStage
from apps.crm.services.feed.outcome import Happening
from apps.crm.services.opportunities import OpportunityInput, make_opportunity, move_opportunity
from apps.crm.services.personas import give_persona
from apps.crm.signals import orders_changed
from apps.sync.connectors.ga4 import mapping
from apps.sync.models import AnalyticsEvent, Connection
from apps.sync.services.connections import asking_by_hand, rounds, setup
from apps.sync.services.connections.noting import analytics_on, note_occurrences
from apps.sync.services.connections.sweeping import forget_old
from tests.conftest import NOW
from tests.crm.claims import a_claim
from tests.crm.factories import a_dealer, an_order, into_portal
from tests.sync.ga4_server import SECRET, analytics
from tests.sync.outside import a_contact, an_analytics, elsewhere

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = timedelta(minutes=1)
State = AnalyticsEvent.State


@pytest.fixture
def google(settings, everyone_folder):
    settings.RAPPORT_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    with analytics() as fake:
        settings.RAPPORT_GA4_URL = fake.url
        fake.now_micros = mapping.micros(NOW)
        yield fake


def go(connection, now=NOW, **options):
    return rounds.run(connection.pk, at=lambda: now, **options)


def happen(*occurrences, name="contact_made", now=NOW):
    return note_occurrences(name, occurrences, wanted=analytics_on(), now=now)


def names(fake):
    return [event["name"] for event in fake.counted]


def test_nothing_is_noted_or_sent_until_somebody_switches_it_on(google, ada, bob):
    connection = an_analytics(ada, on=False)
    a_contact(bob, "Olha", "olha@windows.ua")

    assert go(connection) is None
    assert AnalyticsEvent.objects.count() == 0
    assert google.payloads == []


def test_a_new_contact_is_an_event_that_names_nobody(google, ada, bob):
    connection = an_analytics(ada)
    a_contact(bob, "Olha", "olha@windows.ua")
    assert go(connection).sent == 1

    assert google.dropped == []
    (event,) = google.counted
    assert event["name"] == "contact_made"
    assert {**event["params"], "event_uid": ""} == {"event_uid": "", "kind": "person", "from": "form"}
    assert event["timestamp_micros"] == mapping.micros(NOW)
    told = json.dumps(google.payloads)
    for secret in ("Olha", "Koval", "windows.ua", "user_id"):
        assert secret not in told


def test_contacts_of_personal_folders_are_not_even_counted(google, ada, bob):
    connection = an_analytics(ada)
    own = Folder.objects.create(name="Bob's", kind="personal", owner=bob)
    a_contact(bob, "Secret", "", folder=own)

    assert go(connection).sent == 0


def test_only_chosen_events_are_noted(google, ada, bob):
    an_analytics(ada, events=("stage_changed",))
    olha = a_contact(bob, "Olha", "")
    give_persona(actor=ada, entity=olha, persona=Persona.objects.get(key="lead"), now=NOW)

    assert set(AnalyticsEvent.objects.values_list("name", flat=True)) == {"stage_changed"}
    assert AnalyticsEvent.objects.get().params["pipeline"]


def test_contacts_are_told_apart_only_where_somebody_wished_for_it(google, ada, bob):
    connection = an_analytics(ada, tells_apart=True)
    olha = a_contact(bob, "Olha", "")
    petro = a_contact(bob, "Petro", "")
    happen(Occurrence(NOW, {"kind": "again"}, olha.pk))
    go(connection)

    clients = {(each["client_id"], each["user_id"]) for each in google.payloads}
    assert len(clients) == 2
    assert all(len(user) == 64 for _client, user in clients)
    assert str(olha.uid) not in json.dumps(google.payloads)
    assert petro.pk


def test_worth_leaves_only_where_somebody_wished_for_it(google, ada):
    worth = (Decimal("1200.50"), "UAH")
    connection = an_analytics(ada)
    happen(Occurrence(NOW, {}, None, worth))
    go(connection)
    assert "value" not in google.counted[0]["params"]

    setup.remove_connection(actor=ada, connection=connection, now=NOW)
    other = an_analytics(ada, with_worth=True)
    happen(Occurrence(NOW, {}, None, worth))
    go(other)
    assert google.counted[1]["params"]["value"] == 1200.5
    assert google.counted[1]["params"]["currency"] == "UAH"


def test_orders_and_claims_are_events(google, ada, dora):
    connection = an_analytics(ada, events=("order_accepted", "claim_made"))
    order = an_order(a_dealer())
    into_portal(dora, order.dealer)
    now = clock.now()
    google.now_micros = mapping.micros(now)
    happenings = [Happening(order.pk, order.dealer_id, kind, now) for kind in ("accepted", "shipped")]
    orders_changed.send(sender=None, touched={}, accounts=[], happenings=happenings)
    a_claim(order, dora, now=now)

    assert go(connection, now).sent == 2
    assert names(google) == ["order_accepted", "claim_made"]
    assert [event["params"]["plant"] for event in google.counted] == [order.plant.key] * 2
    assert google.dropped == []
    assert "cracked" not in json.dumps(google.payloads)


def test_events_go_by_twenty_fives_and_the_oldest_first(google, ada):
    connection = an_analytics(ada)
    happen(*[Occurrence(NOW, {"number": n}) for n in range(60)])

    assert go(connection).sent == 60
    assert [len(each["events"]) for each in google.payloads] == [25, 25, 10]
    assert [event["params"]["number"] for event in google.counted] == list(range(60))


def test_an_event_that_google_would_drop_is_parked_with_words_and_the_others_arrive(google, ada):
    connection = an_analytics(ada)
    happen(*[Occurrence(NOW, {"number": n}) for n in range(3)])
    spoilt = AnalyticsEvent.objects.order_by("pk")[1]
    AnalyticsEvent.objects.filter(pk=spoilt.pk).update(name="page_view")

    tally = go(connection)

    assert (tally.sent, tally.refused) == (2, 1)
    spoilt.refresh_from_db()
    assert (spoilt.state, spoilt.trouble) == (State.REFUSED, "the name 'page_view' isn't allowed")
    assert google.dropped == []
    AnalyticsEvent.objects.filter(pk=spoilt.pk).update(name="contact_made")
    assert asking_by_hand.replay(actor=ada, connection=connection, ids=[spoilt.pk], now=NOW) == 1
    assert go(connection, NOW + MINUTE).sent == 1


def test_the_validation_server_is_asked_first_where_wished(google, ada):
    connection = an_analytics(ada, asks_first=True)
    happen(Occurrence(NOW, {"number": 1}), Occurrence(NOW, {"number": 2}))
    AnalyticsEvent.objects.filter(params__number=2).update(name="first_visit")

    go(connection)

    assert len(google.debugged) >= 1
    assert names(google) == ["contact_made"]


def test_what_is_older_than_three_days_is_dropped_with_words(google, ada):
    connection = an_analytics(ada)
    happen(Occurrence(NOW, {"number": 1}))
    google.now_micros = 0
    google.answers = [(503, {}, b"")]
    go(connection)
    happen(Occurrence(NOW + timedelta(hours=71), {"number": 2}), now=NOW + timedelta(hours=71))

    tally = go(connection, NOW + timedelta(hours=72))

    assert (tally.sent, tally.refused) == (1, 1)
    dropped = AnalyticsEvent.objects.get(state=State.DROPPED)
    assert "72 hours" in dropped.trouble
    assert happen(Occurrence(NOW - timedelta(hours=73), {})) == 0


@pytest.mark.parametrize("answer", [(429, {}, b""), (500, {}, b"")])
def test_what_passes_is_tried_again_and_nothing_is_lost(google, ada, answer):
    connection = an_analytics(ada)
    happen(Occurrence(NOW, {}))
    google.answers = [answer]
    go(connection)
    connection.refresh_from_db()
    assert (connection.state, connection.failures) == ("on", 1)

    assert go(connection, NOW + 10 * MINUTE).sent == 1


def test_a_redirect_stops_it(google, ada):
    connection = an_analytics(ada)
    happen(Occurrence(NOW, {}))
    google.answers = [(301, {"Location": "http://127.0.0.1:1/"}, b"")]
    go(connection)

    assert Connection.objects.get().state == "stopped"
    assert AnalyticsEvent.objects.get().state == State.QUEUED
    assert OutgoingMail.objects.count() == 1
    assert SECRET.encode() not in bytes(OutgoingMail.objects.get().raw)


def test_a_worker_that_dies_before_it_writes_leaves_its_events_queued(google, ada):
    connection = an_analytics(ada)
    happen(Occurrence(NOW, {"number": 1}))
    real = google._answer

    def switched_off_meanwhile(*args):
        elsewhere(lambda: setup.switch_off(actor=ada, connection=connection, now=NOW))
        return real(*args)

    google._answer = switched_off_meanwhile
    go(connection)
    google._answer = real
    assert AnalyticsEvent.objects.get().state == State.QUEUED

    setup.switch_on(actor=ada, connection=connection, now=NOW)
    go(connection, NOW + MINUTE)

    assert len({event["params"]["event_uid"] for event in google.counted}) == 1
    assert AnalyticsEvent.objects.get().state == State.SENT


def test_what_is_over_is_forgotten_after_a_month(google, ada):
    connection = an_analytics(ada)
    happen(Occurrence(NOW, {}))
    go(connection)

    assert forget_old(now=NOW + timedelta(days=29)) == 0
    assert forget_old(now=NOW + timedelta(days=31)) == 2


def test_an_opportunity_that_is_won_is_an_event(google, ada):
    connection = an_analytics(ada, events=("opportunity_won",))
    stages = PipelineStage.objects.filter(pipeline__purpose="opportunity", pipeline__retired_at__isnull=True)
    first = stages.filter(outcome="open").order_by("pipeline", "position")[0]
    won = stages.get(outcome="won", pipeline=first.pipeline)
    data = OpportunityInput(title="Secret tower", revenue=Decimal("10"))
    made = make_opportunity(actor=ada, data=data, stage=first, now=NOW)
    move_opportunity(actor=ada, opportunity=made, stage=won, now=NOW)

    assert go(connection).sent == 1
    assert "Secret" not in json.dumps(google.payloads)
    assert google.counted[0]["params"]["stage"] == won.name
