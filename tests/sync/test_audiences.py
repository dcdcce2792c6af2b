"""An audience at Mailchimp follows a saved view: nothing is lost, nobody is written to against their will."""

from __future__ import annotations

import signal
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError

from apps.accounts.models import User
from apps.contacts.models import Entity, Folder
from apps.contacts.services.trash import restore_entities, trash_entities
from apps.core import clock, secrets
from apps.core.kept import forget_now
from apps.core.models import OutgoingMail, SavedView, Suppression
from apps.core.services import operations
from apps.core.services.suppression import allow_again, is_suppressed, suppress
from apps.crm.models import Persona
from apps.crm.services.personas import give_persona, take_persona
from apps.crm.services.segments import change_segment, save_segment
from apps.sync.models import AudienceMember, Connection, ConnectionRun
from apps.sync.services.connections import asking_by_hand, rounds, setup
from apps.sync.services.connections.claims import LEASE, claim
from apps.sync.services.connections.enqueuing import note_contacts
from apps.sync.services.connections.options import MailchimpOptions
from tests.conftest import NOW
from tests.contacts.factories import PersonFactory
from tests.core.processes import start
from tests.sync.mailchimp_server import KEY, LIST, mailchimp
from tests.sync.outside import a_contact, a_view, an_audience, elsewhere

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = timedelta(minutes=1)
State = AudienceMember.State


@pytest.fixture
def chimp(settings, everyone_folder):
    settings.RAPPORT_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    with mailchimp() as fake:
        settings.RAPPORT_MAILCHIMP_URL = fake.url
        yield fake


def go(connection, now=NOW, **options):
    return rounds.run(connection.pk, at=lambda: now, **options)


def people(count, domain="windows.ua"):
    return [PersonFactory(first_name=f"P{n}", primary_email=f"p{n}@{domain}") for n in range(count)]


def member_of(entity):
    return AudienceMember.objects.get(entity=entity)


# --- what is sent -----------------------------------------------------------------------------------------------------
def test_nothing_leaves_until_somebody_switches_it_on(chimp, ada, bob):
    connection = an_audience(ada, on=False)
    a_contact(bob, "Olha", "olha@windows.ua")

    assert connection.state == "off"
    assert go(connection) is None
    assert rounds.begin_due(now=NOW) == 0
    assert AudienceMember.objects.count() == 0
    assert chimp.asked == []


def test_the_filter_is_there_after_the_first_round_and_follows_what_happens(chimp, ada, bob):
    a_contact(bob, "Olha", "Olha@Windows.ua")
    a_contact(bob, "Nobody", "")
    connection = an_audience(ada)
    give = Persona.objects.get(key="lead")
    assert go(connection).sent == 1
    assert chimp.of("olha@windows.ua")["merge_fields"] == {"FNAME": "Olha", "LNAME": "Koval"}

    petro = a_contact(bob, "Petro", "petro@windows.ua", now=NOW + MINUTE)
    give_persona(actor=ada, entity=petro, persona=give, now=NOW + MINUTE)
    tally = go(connection, NOW + 2 * MINUTE)

    assert (tally.sent, tally.unchanged) == (1, 0)
    assert chimp.subscribed() == ["olha@windows.ua", "petro@windows.ua"]
    assert chimp.of("petro@windows.ua")["tags"] == {"Lead"}
    note_contacts([petro.pk], now=NOW + 3 * MINUTE)
    assert go(connection, NOW + 3 * MINUTE).unchanged == 1
    assert len(chimp.requests("POST")) == 2


def test_tags_that_no_longer_hold_go_and_those_given_there_stay(chimp, ada, bob):
    olha = a_contact(bob, "Olha", "olha@windows.ua")
    lead = Persona.objects.get(key="lead")
    give_persona(actor=ada, entity=olha, persona=lead, now=NOW)
    connection = an_audience(ada)
    go(connection)
    chimp.of("olha@windows.ua")["tags"].add("VIP")

    take_persona(actor=ada, entity=olha, persona=lead, now=NOW + MINUTE)
    note_contacts([olha.pk], now=NOW + MINUTE)
    go(connection, NOW + MINUTE)

    assert chimp.of("olha@windows.ua")["tags"] == {"VIP"}


def test_contacts_of_personal_folders_never_leave(chimp, ada, bob):
    own = Folder.objects.create(name="Bob's", kind="personal", owner=bob)
    adas = Folder.objects.create(name="Ada's", kind="personal", owner=ada)
    a_contact(bob, "Secret", "secret@windows.ua", folder=own)
    a_contact(ada, "Own", "own@windows.ua", folder=adas)
    connection = an_audience(ada)
    olha = a_contact(bob, "Olha", "olha@windows.ua")
    go(connection)
    assert chimp.subscribed() == ["olha@windows.ua"]

    Entity.objects.filter(pk=olha.pk).update(folder=own)
    note_contacts([olha.pk], now=NOW + MINUTE)
    go(connection, NOW + MINUTE)

    assert chimp.statuses() == {"olha@windows.ua": "archived"}
    assert not AudienceMember.objects.exists()


def test_who_leaves_the_filter_or_goes_to_the_trash_is_archived_and_comes_back(chimp, ada, bob):
    olha = a_contact(bob, "Olha", "olha@windows.ua")
    connection = an_audience(ada)
    go(connection)

    trash_entities(actor=ada, ids=[olha.pk], now=NOW + MINUTE)
    assert go(connection, NOW + MINUTE).gone == 1
    assert chimp.statuses() == {"olha@windows.ua": "archived"}
    restore_entities(actor=ada, ids=[olha.pk], now=NOW + 2 * MINUTE)
    go(connection, NOW + 2 * MINUTE)
    assert chimp.subscribed() == ["olha@windows.ua"]

    Entity.objects.filter(pk=olha.pk).update(primary_email="olha.k@windows.ua")
    note_contacts([olha.pk], now=NOW + 3 * MINUTE)
    go(connection, NOW + 3 * MINUTE)
    assert chimp.statuses() == {"olha@windows.ua": "archived", "olha.k@windows.ua": "subscribed"}


def test_a_contact_that_is_gone_for_good_is_archived_too(chimp, ada):
    (person,) = people(1)
    connection = an_audience(ada)
    go(connection)
    person.delete()

    go(connection, NOW + timedelta(hours=2))

    assert chimp.statuses() == {"p0@windows.ua": "archived"}
    assert not AudienceMember.objects.exists()


def test_what_no_fact_told_of_is_found_within_an_hour(chimp, ada):
    first, second = people(2)
    connection = an_audience(ada)
    go(connection)
    Entity.objects.filter(pk=first.pk).update(first_name="Undone", modified_at=NOW + MINUTE)
    Entity.objects.filter(pk=second.pk).update(trashed_at=NOW + MINUTE)
    third = PersonFactory(primary_email="third@windows.ua")

    assert go(connection, NOW + 30 * MINUTE).sent == 0
    go(connection, NOW + 61 * MINUTE)

    assert chimp.of("p0@windows.ua")["merge_fields"]["FNAME"] == "Undone"
    assert chimp.subscribed() == ["p0@windows.ua", third.primary_email]


def test_of_contacts_with_one_address_the_oldest_speaks_and_then_the_next(chimp, ada):
    first, second = [PersonFactory(first_name=name, primary_email="info@windows.ua") for name in ("Anna", "Bohdan")]
    connection = an_audience(ada)
    go(connection)
    assert chimp.of("info@windows.ua")["merge_fields"]["FNAME"] == "Anna"
    assert member_of(second).state == State.LEFT_OUT

    trash_entities(actor=ada, ids=[first.pk], now=NOW + MINUTE)
    go(connection, NOW + MINUTE)

    assert chimp.of("info@windows.ua")["merge_fields"]["FNAME"] == "Bohdan"
    assert chimp.subscribed() == ["info@windows.ua"]
    assert not chimp.requests("DELETE")


def test_two_contacts_swap_their_addresses(chimp, ada):
    first, second = people(2)
    connection = an_audience(ada)
    go(connection)
    for entity, address in ((first, "p1@windows.ua"), (second, "p0@windows.ua")):
        Entity.objects.filter(pk=entity.pk).update(primary_email=address)

    note_contacts([first.pk, second.pk], now=NOW + MINUTE)
    go(connection, NOW + MINUTE)

    assert {a["email_address"]: a["merge_fields"]["FNAME"] for a in chimp.members.values()} == {
        "p0@windows.ua": "P1",
        "p1@windows.ua": "P0",
    }
    assert chimp.subscribed() == ["p0@windows.ua", "p1@windows.ua"]


def test_a_view_that_is_gone_or_asks_for_something_unknown_sends_nobody_and_takes_nobody_out(chimp, ada):
    people(2)
    view = a_view(ada, has_email=["yes"])
    connection = an_audience(ada, view=view)
    go(connection)
    SavedView.objects.filter(pk=view.pk).update(query={"filters": {"has_email": ["yes"], "custom.gone": ["x"]}})
    PersonFactory(primary_email="new@windows.ua")

    go(connection, NOW + timedelta(hours=2))

    connection.refresh_from_db()
    assert connection.state == "stopped"
    assert "custom.gone" in connection.trouble
    assert chimp.subscribed() == ["p0@windows.ua", "p1@windows.ua"]
    assert OutgoingMail.objects.filter(recipients=[ada.email]).count() == 1
    view.delete()
    setup.switch_on(actor=ada, connection=connection, now=NOW)
    go(connection, NOW + timedelta(hours=3))
    assert chimp.subscribed() == ["p0@windows.ua", "p1@windows.ua"]


def test_a_segment_is_followed_as_it_is_now_until_it_is_shared_no_more(chimp, ada, bob):
    a_contact(bob, "Olha", "olha@windows.ua")
    Entity.objects.filter(first_name="Olha").update(city="Lviv")
    bob.groups.add(Group.objects.get_or_create(name="content")[0])
    bob = User.objects.get(pk=bob.pk)
    query = {"filters": {"city": ["Lviv"]}}
    segment = save_segment(actor=bob, name="Lviv", tab="all", query=query, is_shared=True, now=NOW)
    connection = an_audience(ada, choice=f"segment:{segment.pk}")
    go(connection)
    assert chimp.subscribed() == ["olha@windows.ua"]

    petro = a_contact(bob, "Petro", "petro@windows.ua", now=NOW + MINUTE)
    Entity.objects.filter(pk=petro.pk).update(city="Lviv")
    go(connection, NOW + MINUTE)
    assert chimp.subscribed() == ["olha@windows.ua", "petro@windows.ua"]

    change_segment(actor=bob, segment=segment, name="Lviv", is_shared=False, now=NOW)
    go(connection, NOW + timedelta(hours=2))
    connection.refresh_from_db()
    assert connection.state == "stopped"
    assert "isn’t shared any more" in connection.trouble
    assert chimp.subscribed() == ["olha@windows.ua", "petro@windows.ua"]
    data = setup.ConnectionInput(name="Other", secret="", options=MailchimpOptions(**connection.options))
    with pytest.raises(ValidationError):
        setup.change_connection(actor=ada, connection=connection, data=data, now=NOW)


def test_a_connection_of_who_is_no_administrator_any_more_stops(chimp, ada):
    people(1)
    connection = an_audience(ada)
    ada.groups.clear()

    go(connection)

    connection.refresh_from_db()
    assert connection.state == "stopped"
    assert chimp.members == {}


# --- unsubscribes -----------------------------------------------------------------------------------------------------
def test_who_unsubscribed_there_gets_no_mailings_from_us_and_is_not_subscribed_again(chimp, ada, bob):
    olha = a_contact(bob, "Olha", "olha@windows.ua")
    connection = an_audience(ada)
    go(connection)
    chimp.unsubscribe("olha@windows.ua", by_themselves=False)
    chimp.unsubscribe("stranger@windows.ua")
    chimp.unsubscribe("bounced@windows.ua", status="cleaned")
    Entity.objects.filter(pk=olha.pk).update(first_name="Olga")
    note_contacts([olha.pk], now=NOW + MINUTE)

    tally = go(connection, NOW + MINUTE)

    assert (tally.heard, tally.sent) == (3, 0)
    assert chimp.of("olha@windows.ua")["status"] == "unsubscribed"
    assert member_of(olha).state == State.UNSUBSCRIBED
    reasons = dict(Suppression.objects.values_list("address", "reason"))
    assert reasons == {
        "olha@windows.ua": "unsubscribed",
        "stranger@windows.ua": "unsubscribed",
        "bounced@windows.ua": "bounced",
    }


def test_whom_we_allow_again_is_not_suppressed_by_what_was_read_already(chimp, ada):
    connection = an_audience(ada)
    chimp.unsubscribe("olha@windows.ua")
    go(connection)
    allow_again(address="olha@windows.ua")

    for minutes in (10, 20):
        go(connection, NOW + minutes * MINUTE)

    assert not is_suppressed(address="olha@windows.ua", scope=Suppression.ALL)


def test_more_unsubscribes_than_a_page_holds_are_all_read_also_of_one_second(chimp, ada):
    connection = an_audience(ada)
    for n in range(2300):
        chimp.unsubscribe(f"u{n}@windows.ua")
    same = "2026-11-02T12:00:00+00:00"
    for each in list(chimp.members.values())[800:2200]:
        each["last_changed"] = same

    assert go(connection).heard == 2300
    assert go(connection, NOW + MINUTE).heard == 0


def test_who_opts_out_with_us_is_unsubscribed_there(chimp, ada):
    people(2)
    connection = an_audience(ada)
    go(connection)
    suppress(addresses=["p0@windows.ua"], reason=Suppression.Reason.BY_HAND, now=NOW)

    go(connection, NOW + timedelta(hours=2))
    assert chimp.statuses() == {"p0@windows.ua": "unsubscribed", "p1@windows.ua": "subscribed"}

    allow_again(address="p0@windows.ua")
    go(connection, NOW + timedelta(hours=26))
    assert chimp.subscribed() == ["p0@windows.ua", "p1@windows.ua"]


# --- refusals ---------------------------------------------------------------------------------------------------------
def test_refused_members_are_parked_with_words_and_tried_again_when_they_change_or_somebody_asks(chimp, ada):
    fake = PersonFactory(primary_email="fake@example.com")
    lost = PersonFactory(primary_email="lost@windows.ua")
    chimp.forgotten.add("lost@windows.ua")
    connection = an_audience(ada)
    assert go(connection).refused == 2
    assert "looks fake" in member_of(fake).trouble
    assert "permanently deleted" in member_of(lost).trouble

    note_contacts([fake.pk], now=NOW + MINUTE)
    assert go(connection, NOW + MINUTE).refused == 0
    Entity.objects.filter(pk=fake.pk).update(primary_email="real@windows.ua")
    note_contacts([fake.pk], now=NOW + 2 * MINUTE)
    chimp.forgotten.clear()
    ids = [member_of(lost).pk]
    assert asking_by_hand.replay(actor=ada, connection=connection, ids=ids, now=NOW + 2 * MINUTE) == 1
    go(connection, NOW + 2 * MINUTE)

    assert chimp.subscribed() == ["lost@windows.ua", "real@windows.ua"]


def test_a_member_that_breaks_a_whole_request_is_found_and_the_others_arrive(chimp, ada):
    everyone = people(40)
    connection = an_audience(ada)
    chimp.breaking.add("p7@windows.ua")
    tally = go(connection)

    assert (tally.sent, tally.refused) == (39, 1)
    assert "Data did not match" in member_of(everyone[7]).trouble


def test_whose_change_is_refused_stands_there_still_and_is_unsubscribed_there_on_opting_out(chimp, ada, bob):
    olha = a_contact(bob, "Olha", "olha@windows.ua")
    petro = a_contact(bob, "Petro", "petro@windows.ua")
    connection = an_audience(ada)
    go(connection)
    chimp.breaking |= {"olha@windows.ua", "petro@windows.ua"}
    for entity in (olha, petro):
        Entity.objects.filter(pk=entity.pk).update(first_name="Broken")
    note_contacts([olha.pk, petro.pk], now=NOW + MINUTE)
    assert go(connection, NOW + MINUTE).refused == 2
    assert (member_of(olha).state, member_of(olha).address) == (State.REFUSED, "olha@windows.ua")
    chimp.breaking.clear()

    suppress(addresses=["olha@windows.ua"], reason=Suppression.Reason.BY_HAND, now=NOW)
    trash_entities(actor=ada, ids=[petro.pk], now=NOW + 2 * MINUTE)
    go(connection, NOW + timedelta(hours=2))

    assert chimp.statuses() == {"olha@windows.ua": "unsubscribed", "petro@windows.ua": "archived"}
    assert member_of(olha).state == State.UNSUBSCRIBED


def test_a_farewell_that_is_refused_stays_in_sight_and_is_said_again_by_hand(chimp, ada, bob):
    olha = a_contact(bob, "Olha", "olha@windows.ua")
    connection = an_audience(ada)
    go(connection)
    chimp.breaking.add("olha@windows.ua")
    suppress(addresses=["olha@windows.ua"], reason=Suppression.Reason.BY_HAND, now=NOW)
    trash_entities(actor=ada, ids=[olha.pk], now=NOW + MINUTE)
    assert go(connection, NOW + timedelta(hours=2)).refused == 1
    assert go(connection, NOW + timedelta(hours=4)).refused == 0
    assert member_of(olha).state == State.REFUSED
    chimp.breaking.clear()

    ids = [member_of(olha).pk]
    asking_by_hand.replay(actor=ada, connection=connection, ids=ids, now=NOW + timedelta(hours=5))
    go(connection, NOW + timedelta(hours=5))

    assert chimp.statuses() == {"olha@windows.ua": "unsubscribed"}
    assert not AudienceMember.objects.exists()


# --- troubles ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("answer", [(429, {"Retry-After": "300"}, b""), (503, {}, b""), (200, {}, b"<html>")])
def test_what_passes_is_tried_again_after_a_while_and_nothing_is_lost(chimp, ada, answer):
    people(3)
    connection = an_audience(ada)
    chimp.answers = [answer]
    go(connection)
    connection.refresh_from_db()
    assert (connection.state, connection.failures) == ("on", 1)
    assert connection.rests_until is not None
    assert go(connection, NOW + timedelta(seconds=7)) is None

    go(connection, NOW + 10 * MINUTE)

    assert len(chimp.subscribed()) == 3
    connection.refresh_from_db()
    assert (connection.failures, connection.trouble) == (0, "")


def test_a_wrong_key_stops_it_and_tells_administrators_once(chimp, ada):
    people(1)
    connection = an_audience(ada)
    chimp.key = KEY.replace("0", "9")
    go(connection)
    connection.refresh_from_db()

    assert connection.state == "stopped"
    assert connection.trouble == "API Key Invalid: Your API key may be invalid."
    assert rounds.begin_due(now=NOW + timedelta(days=1)) == 0
    assert OutgoingMail.objects.count() == 1


def test_a_key_that_cannot_be_read_any_more_stops_it(chimp, ada):
    connection = an_audience(ada)
    Connection.objects.update(secret="gAAAAA-not-a-token")

    go(connection)

    connection.refresh_from_db()
    assert connection.state == "stopped"
    assert chimp.asked == []


def test_two_workers_never_send_at_once_and_a_dead_one_is_replaced(chimp, ada):
    people(3)
    connection = an_audience(ada)
    Connection.objects.update(busy_until=NOW + LEASE)

    assert go(connection, NOW + MINUTE) is None
    assert go(connection, NOW + LEASE).sent == 3


@pytest.mark.parametrize(("step", "there"), [("claimed", 0), ("sent", 3)])
def test_a_worker_killed_while_sending_loses_nothing_and_what_goes_twice_does_no_harm(chimp, ada, step, there):
    people(3)
    connection = an_audience(ada)
    servers = {"RAPPORT_PRIVATE_NETWORKS": "127.0.0.0/8", "RAPPORT_MAILCHIMP_URL": chimp.url}
    worker = start("tests.sync.connection_worker", str(connection.pk), step, stdout=-1, variables=servers)
    assert worker.stdout is not None
    assert worker.stdout.readline().strip() == step
    worker.send_signal(signal.SIGKILL)
    worker.wait(10)
    assert len(chimp.subscribed()) == there
    assert AudienceMember.objects.filter(state=State.THERE).count() == 0

    now = clock.now()
    assert go(connection, now) is None  # it may be sending still
    go(connection, now + 2 * LEASE)

    assert chimp.subscribed() == ["p0@windows.ua", "p1@windows.ua", "p2@windows.ua"]
    assert AudienceMember.objects.filter(state=State.THERE, due_at=None).count() == 3


def test_whoever_was_overtaken_or_switched_off_writes_nothing(chimp, ada):
    people(3)
    connection = an_audience(ada)

    def switch_off():
        setup.switch_off(actor=ada, connection=connection, now=NOW)

    chimp.after_put = lambda: elsewhere(switch_off)
    go(connection)

    assert AudienceMember.objects.filter(state=State.THERE).count() == 0
    chimp.after_put = None
    setup.switch_on(actor=ada, connection=connection, now=NOW)
    go(connection, NOW + MINUTE)
    assert AudienceMember.objects.filter(state=State.THERE).count() == 3
    assert len(chimp.subscribed()) == 3


def test_the_claim_of_a_portion_with_many_broken_members_lasts_as_long_as_it_takes(chimp, ada):
    people(60)
    connection = an_audience(ada)
    chimp.breaking |= {f"p{n}@windows.ua" for n in range(0, 60, 3)}
    rivals = []

    def now():
        return NOW + len(chimp.asked) * MINUTE

    chimp.after_put = lambda: elsewhere(lambda: rivals.append(claim(connection.pk, now=now())))
    tally = rounds.run(connection.pk, at=now)

    assert tally is not None
    assert (tally.sent, tally.refused) == (40, 20)
    assert now() > NOW + 4 * LEASE
    assert rivals
    assert not any(rivals)


def test_a_request_that_fails_whatever_is_in_it_stops_the_audience_and_nobody_is_left_out_by_it(chimp, ada):
    everyone = people(70)
    connection = an_audience(ada)
    chimp.breaking |= {f"p{n}@windows.ua" for n in range(70)}
    go(connection)
    connection.refresh_from_db()
    assert connection.state == "stopped"
    assert connection.trouble.startswith("Mailchimp refuses them all")

    chimp.breaking.clear()
    setup.switch_on(actor=ada, connection=connection, now=NOW + MINUTE)
    go(connection, NOW + MINUTE)

    assert len(chimp.subscribed()) == len(everyone)


def test_a_fact_that_comes_while_its_contact_is_sent_is_sent_too(chimp, ada):
    (person,) = people(1)
    connection = an_audience(ada)

    def change():
        chimp.after_put = None
        Entity.objects.filter(pk=person.pk).update(first_name="Later")
        note_contacts([person.pk], now=NOW)

    chimp.after_put = lambda: elsewhere(change)
    go(connection)

    assert chimp.of("p0@windows.ua")["merge_fields"]["FNAME"] == "Later"
    assert member_of(person).due_at is None


def test_ten_members_of_fifteen_hundred_are_refused_and_requests_hold_five_hundred(chimp, ada):
    people(1490)
    people(10, domain="example.com")
    connection = an_audience(ada)

    tally = go(connection)

    assert (tally.sent, tally.refused) == (1490, 10)
    assert [len(body["members"]) for _path, body in chimp.requests("POST")] == [500, 500, 500]
    assert chimp.most_at_once == 1


# --- by hand ----------------------------------------------------------------------------------------------------------
def test_a_full_round_has_a_bar_and_counts(chimp, ada):
    people(12)
    connection = an_audience(ada)
    operation = asking_by_hand.start_run(actor=ada, connection=connection, now=NOW)
    operations.run(operation_id=operation.pk, now=clock.now())
    operation.refresh_from_db()

    assert (operation.state, operation.done, operation.total) == ("done", 12, 12)
    assert operation.result == {"sent": 12, "unchanged": 0, "refused": 0, "gone": 0}
    assert ConnectionRun.objects.get().why == "by_hand"


def test_a_test_says_what_it_found_and_changes_nothing(chimp, ada):
    connection = an_audience(ada, on=False)
    good = asking_by_hand.test(actor=ada, connection=connection, now=NOW)
    chimp.fields = ("FNAME",)
    unknown = asking_by_hand.test(actor=ada, connection=connection, now=NOW)
    chimp.key = "other"
    wrong = asking_by_hand.test(actor=ada, connection=connection, now=NOW)

    assert (good.is_good, unknown.is_good, wrong.is_good) == (True, False, False)
    assert "LNAME" in unknown.words
    assert chimp.members == {}
    assert [run.trouble for run in ConnectionRun.objects.order_by("pk")] == ["", unknown.words, wrong.words]


def test_another_audience_begins_anew(chimp, ada):
    people(1)
    connection = an_audience(ada)
    go(connection)
    view = SavedView.objects.get()
    other = MailchimpOptions(audience="ffff0000", choice=f"view:{view.pk}")
    data = setup.ConnectionInput(name="Other", secret="", options=other)

    setup.change_connection(actor=ada, connection=connection, data=data, now=NOW)

    connection.refresh_from_db()
    assert not AudienceMember.objects.exists()
    assert secrets.decrypt(connection.secret) == KEY
    assert chimp.subscribed() == ["p0@windows.ua"]
    assert LIST != "ffff0000"
    forget_now()
