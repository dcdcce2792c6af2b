"""The pages of connections: administrators set them up, try them and look at what they did; no key is ever shown."""

from __future__ import annotations

import logging
import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client

from apps.accounts.models import AuditEvent
from apps.core import secrets
from apps.core.models import Operation
from apps.sync.demo import load_connection
from apps.sync.models import AnalyticsEvent, AudienceMember, Connection
from apps.sync.services.connections import rounds
from tests.conftest import NOW, make_user
from tests.contacts.factories import PersonFactory
from tests.sync.ga4_server import MEASUREMENT_ID, SECRET, analytics
from tests.sync.mailchimp_server import KEY, LIST, mailchimp
from tests.sync.outside import a_contact, a_view, an_analytics, an_audience

pytestmark = pytest.mark.django_db

NEW = "/sync/connections/new"


@pytest.fixture
def office(ada) -> Client:
    client = Client()
    client.force_login(ada)
    return client


@pytest.fixture
def chimp(settings, everyone_folder):
    settings.RAPPORT_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    with mailchimp() as fake:
        settings.RAPPORT_MAILCHIMP_URL = fake.url
        yield fake


def form(view, **changes):
    values = {"name": "Newsletter", "secret": KEY, "audience": LIST, "choice": f"view:{view.pk}", "with_tags": "on"}
    return values | {"field_first_name": "FNAME", "field_last_name": "lname"} | changes


def page(client, connection, rest=""):
    return client.get(f"/sync/connections/{connection.pk}/{rest}").content.decode()


def test_an_administrator_sets_one_up_and_it_is_off(office, ada, caplog):
    caplog.set_level(logging.DEBUG)
    office.post(f"{NEW}/mailchimp/", form(a_view(ada)))
    connection = Connection.objects.get()

    assert (connection.state, connection.owner) == ("off", ada)
    assert connection.options["fields"] == {"first_name": "FNAME", "last_name": "LNAME"}
    assert KEY not in connection.secret
    assert secrets.decrypt(connection.secret) == KEY
    assert AuditEvent.objects.filter(verb="connection.created").count() == 1
    for rest in ("", "edit/", "rows/"):
        assert KEY not in page(office, connection, rest)
    assert KEY not in office.get("/sync/connections/").content.decode()
    assert KEY not in caplog.text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"secret": "nonsense"}, "ends in its data centre"),
        ({"audience": "../lists"}, "letters and digits alone"),
        ({"choice": "view:0"}, "Select a valid choice"),
        ({"field_first_name": "EMAIL"}, "isn&#x27;t EMAIL"),
        ({"field_first_name": "LNAME"}, "the same merge tag"),
    ],
)
def test_what_mailchimp_would_refuse_is_refused_here(office, ada, changes, words):
    answer = office.post(f"{NEW}/mailchimp/", form(a_view(ada), **changes))

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Connection.objects.exists()


def test_a_view_that_no_administrator_keeps_is_no_choice(office, ada, bob):
    other = make_user("olena@example.com", "Olena Admin", "admin")
    private = a_view(other, "Private")
    private.is_shared = False
    private.save()

    for view in (a_view(bob), private):
        assert office.post(f"{NEW}/mailchimp/", form(view)).status_code == 422
    office.post(f"{NEW}/mailchimp/", form(a_view(other, "Shared")))
    assert Connection.objects.count() == 1


def test_a_key_left_empty_stays_and_a_round_under_way_writes_nothing_any_more(office, ada, everyone_folder):
    view = a_view(ada)
    connection = an_audience(ada, view=view)
    Connection.objects.update(busy_until=NOW)
    office.post(f"/sync/connections/{connection.pk}/edit/", form(view, secret="", name="Letters"))

    connection.refresh_from_db()
    assert (connection.name, connection.busy_until) == ("Letters", None)
    assert secrets.decrypt(connection.secret) == KEY


def test_of_two_who_change_it_at_once_the_second_is_told(office, ada, everyone_folder):
    view = a_view(ada)
    connection = an_audience(ada, view=view, on=False)
    url = f"/sync/connections/{connection.pk}/edit/"
    seen = {"secret": "", "seen": connection.version}
    assert office.post(url, form(view, name="First", **seen)).status_code == 302
    second = office.post(url, form(view, name="Second", **seen))

    assert second.status_code == 422
    assert "Somebody else has changed" in second.content.decode()
    assert Connection.objects.get().name == "First"


def test_keys_are_rotated_with_all_others(ada, settings):
    connection = an_audience(ada, on=False)
    before = connection.secret
    call_command("rotate_secrets")

    connection.refresh_from_db()
    assert connection.secret != before
    assert secrets.decrypt(connection.secret) == KEY


def test_it_is_tested_switched_on_run_and_off(office, ada, bob, chimp):
    a_contact(bob, "Olha", "olha@windows.ua")
    connection = an_audience(ada, on=False)
    url = f"/sync/connections/{connection.pk}"
    assert "Windows &amp; doors has 0 subscribed" in office.post(f"{url}/test/", follow=True).content.decode()
    office.post(f"{url}/run/")
    assert not Operation.objects.filter(verb="connection.run").exists()

    office.post(f"{url}/switch/", {"to": "on"})
    office.post(f"{url}/run/")
    office.post(f"{url}/run/")
    assert Operation.objects.filter(verb="connection.run").count() == 1
    assert "operation-progress" in page(office, connection)
    office.post(f"{url}/switch/", {"to": "off"})
    connection.refresh_from_db()
    assert connection.state == "off"
    assert chimp.members == {}


def test_what_would_be_sent_is_shown_to_the_letter_and_nothing_leaves(office, ada, bob, chimp):
    for name, address in (("Olha", "olha@windows.ua"), ("Olga", "olha@windows.ua"), ("Nobody", "")):
        a_contact(bob, name, address)
    view = a_view(ada, owner=[str(bob.pk)])
    connection = an_audience(ada, view=view, on=False)
    shown = page(office, connection, "preview/")

    assert "olha@windows.ua" in shown
    assert "FNAME" in shown
    figures = [int(found) for found in re.findall(r'<dd class="numbers">(\d+)</dd>', shown)]
    assert figures == [3, 1, 0, 0, 0, 1, 1, 0]
    assert chimp.asked == []


def test_one_that_fails_is_told_of_beside_the_sources(office, ada, chimp):
    connection = an_audience(ada)
    assert "Connections that fail" not in office.get("/sync/").content.decode()
    chimp.answers = [(503, {}, b"")]
    rounds.run(connection.pk, at=lambda: NOW)

    shown = office.get("/sync/").content.decode()
    assert "Connections that fail" in shown
    assert "It answered with status 503." in shown


def test_refused_members_are_listed_replayed_and_dismissed(office, ada, chimp):
    PersonFactory(display_name="Fake Person", primary_email="fake@example.com")
    PersonFactory(display_name="Other Person", primary_email="other@example.com")
    connection = an_audience(ada)
    rounds.run(connection.pk, at=lambda: NOW)
    listed = page(office, connection, "rows/?f.state=refused")
    assert "Fake Person" in listed
    assert "looks fake" in listed
    first, second = AudienceMember.objects.order_by("pk")

    office.post(f"/sync/connections/{connection.pk}/rows/bulk/dismiss/", {"ids": [first.pk]})
    office.post(f"/sync/connections/{connection.pk}/rows/bulk/replay/", {"ids": [first.pk, second.pk]})

    for row in (first, second):
        row.refresh_from_db()
    assert (first.state, first.due_at) == ("dismissed", None)
    assert second.due_at is not None
    assert office.post(f"/sync/connections/{connection.pk}/rows/bulk/explode/").status_code == 404


def test_lists_have_a_budget(office, ada, chimp, django_assert_max_num_queries):
    for n in range(30):
        PersonFactory(primary_email=f"p{n}@windows.ua")
    connection = an_audience(ada)
    rounds.run(connection.pk, at=lambda: NOW)
    page(office, connection, "rows/")
    for dialog in ("filters", "columns"):
        assert office.get(f"/lists/sync.audience/{dialog}/?back=/sync/connections/").status_code == 200
    with django_assert_max_num_queries(12):
        page(office, connection, "rows/")
    for _other in range(5):
        an_analytics(ada)
    with django_assert_max_num_queries(10):
        office.get("/sync/connections/")


def test_analytics_is_set_up_and_says_what_google_s_validation_server_says(office, ada, settings):
    settings.RAPPORT_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    values = {"name": "Website", "secret": SECRET, "measurement_id": MEASUREMENT_ID, "events": ["contact_made"]}
    assert office.post(f"{NEW}/ga4/", values | {"measurement_id": "UA-1"}).status_code == 422
    assert office.post(f"{NEW}/ga4/", values | {"events": []}).status_code == 422
    office.post(f"{NEW}/ga4/", values)
    connection = Connection.objects.get()
    with analytics() as google:
        settings.RAPPORT_GA4_URL = google.url
        answer = office.post(f"/sync/connections/{connection.pk}/test/", follow=True).content.decode()

    assert "finds nothing wrong" in answer
    assert google.debugged[0]["events"][0]["name"] == "contact_made"
    assert google.counted == []
    assert SECRET not in answer + page(office, connection) + page(office, connection, "edit/")
    assert office.get(f"/sync/connections/{connection.pk}/preview/").status_code == 404


def test_events_are_listed_with_what_they_bear(office, ada):
    connection = an_analytics(ada, on=False)
    AnalyticsEvent.objects.create(
        connection=connection,
        uid="0b7f9f0e-3a52-4d3e-8d5e-1d1f5a3f7d11",
        name="contact_made",
        params={"kind": "person", "event_uid": "x"},
        client_id="1.2",
        happened_at=NOW - timedelta(hours=1),
    )

    shown = page(office, connection, "rows/")
    assert "A contact was made" in shown
    assert "kind=person" in shown


def test_it_is_removed_with_its_key_and_all_stays_at_the_other_side(office, ada, chimp):
    PersonFactory(primary_email="p@windows.ua")
    connection = an_audience(ada)
    rounds.run(connection.pk, at=lambda: NOW)
    office.post(f"/sync/connections/{connection.pk}/remove/")

    assert not Connection.objects.exists()
    assert not AudienceMember.objects.exists()
    assert chimp.subscribed() == ["p@windows.ua"]


def test_the_demo_has_an_example_that_is_switched_off(ada, everyone_folder):
    assert load_connection(now=NOW) is True
    assert load_connection(now=NOW) is False

    connection = Connection.objects.get()
    assert connection.state == "off"
    assert rounds.begin_due(now=NOW) == 0


@pytest.mark.parametrize("who", ["alice", "bob", "dora"])
def test_nobody_else_comes_in(request, ada, who):
    connection = an_audience(ada, on=False)
    client = Client()
    client.force_login(request.getfixturevalue(who))

    assert client.get("/sync/connections/").status_code == 403
    assert client.post(f"/sync/connections/{connection.pk}/switch/", {"to": "on"}).status_code == 403
    connection.refresh_from_db()
    assert connection.state == "off"
