"""The links in mailings: asked by a GET, done by a POST, without a session, for whoever has the mail."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from apps.core import clock
from apps.core.models import Change, Operation, Suppression
from apps.core.services.suppression import is_suppressed, suppress
from apps.crm.models import MailingTopic
from apps.crm.services.mailings import mailing_headers
from apps.crm.services.mailings.tokens import Letter, seal
from tests.contacts.factories import PersonFactory
from tests.crm.factories import NOW

pytestmark = pytest.mark.django_db
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
ANNA = "anna@example.com"


@pytest.fixture(autouse=True)
def _at(monkeypatch, settings):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    settings.RAPPORT_SITE_URL = "https://rapport.example/"


@pytest.fixture
def news():
    MailingTopic.objects.create(key="events", title="Events", description="Fairs and open days")
    return MailingTopic.objects.create(key="news", title="News")


@pytest.fixture
def visitor():
    return Client(enforce_csrf_checks=True)


def link(topic=None, address=ANNA, origin="campaign:7") -> str:
    value = mailing_headers(address=address, topic=topic, origin=origin)["List-Unsubscribe"]
    found = re.search(r"<https://rapport\.example(/unsubscribe/[\w-]+/)>", value)
    assert found
    return found[1]


def scopes(address=ANNA) -> dict[str, str]:
    return dict(Suppression.objects.filter(address=address).values_list("scope", "reason"))


def test_looking_at_the_page_leaves_nothing(visitor, news):
    page = visitor.get(link(news))

    assert page.status_code == 200
    assert "Leave these mails?" in page.content.decode()
    assert visitor.head(link(news)).status_code == 200
    assert not Suppression.objects.exists()


def test_one_click_of_a_mail_program_leaves_the_topic_and_a_second_one_changes_nothing(visitor, news):
    for _ in range(2):
        answer = visitor.post(link(news), ONE_CLICK)
        assert answer.status_code == 200
        assert answer.cookies == {}

    row = Suppression.objects.get()
    assert (row.address, row.scope, row.reason, row.origin) == (ANNA, "topic:news", "unsubscribed", "campaign:7")
    assert Operation.objects.filter(verb="mailings.left").count() == 1
    assert not is_suppressed(address=ANNA, scope="topic:events")


def test_it_may_come_as_parts_of_a_form_too(visitor, news):
    boundary = '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'
    visitor.post(link(news), boundary, content_type="multipart/form-data; boundary=b")

    assert scopes() == {"topic:news": "unsubscribed"}


@pytest.mark.parametrize("body", [{}, {"List-Unsubscribe": "yes"}, {"everything": "1"}])
def test_a_post_that_does_not_say_it_does_nothing(visitor, news, body):
    assert visitor.post(link(news), body).status_code == 400
    assert not Suppression.objects.exists()


def test_a_mailing_of_no_topic_is_left_whole(visitor):
    visitor.post(link(), ONE_CLICK)

    assert scopes() == {"mailings": "unsubscribed"}


def test_the_page_leaves_everything_and_takes_it_back(visitor, news):
    page = visitor.post(link(news), ONE_CLICK | {"everything": "1"}).content.decode()
    assert scopes() == {"mailings": "unsubscribed"}
    assert "You get these mails no longer" in page
    assert "mistake" in page

    page = visitor.post(f"{link(news)}back/").content.decode()
    assert scopes() == {}
    assert "You get these mails again" in page


def test_the_contact_shows_it_and_its_history_tells_when(visitor):
    person = PersonFactory()
    mine = person.emails.create(address="Anna@Example.com", unit=person.units.create())
    version = person.version

    visitor.post(link(), ONE_CLICK)
    mine.refresh_from_db()
    person.refresh_from_db()
    assert mine.opted_out_at == NOW
    assert person.version == version + 1
    assert Change.objects.filter(subject_id=person.pk, record_type="contacts.emailaddress").count() == 1

    visitor.post(f"{link()}back/")
    mine.refresh_from_db()
    assert mine.opted_out_at is None


@pytest.mark.parametrize("reason", ["bounced", "complained", "by_hand"])
def test_what_the_house_noted_no_link_takes_off(visitor, news, reason):
    suppress(addresses=[ANNA], reason=Suppression.Reason(reason), now=NOW)

    visitor.post(f"{link(news)}back/")
    page = visitor.post(f"{link(news)}topics/", {"topics": ["news", "events"]}).content.decode()

    assert scopes()["mailings"] == reason
    assert "to the" in page or "to them" in page
    assert 'type="checkbox"' not in page


def test_topics_are_chosen_and_chosen_anew(visitor, news):
    there = f"{link(news)}topics/"
    assert visitor.get(there).content.decode().count("checked") == 2

    visitor.post(there, {"topics": ["events"]})
    assert scopes() == {"topic:news": "unsubscribed"}
    visitor.post(there, {"topics": ["events"]})
    assert scopes() == {"topic:news": "unsubscribed"}

    visitor.post(there, {})
    assert scopes() == {"topic:news": "unsubscribed", "mailings": "unsubscribed"}
    assert visitor.get(there).content.decode().count("checked") == 0

    visitor.post(there, {"topics": ["news", "events"]})
    assert scopes() == {}
    visitor.post(there, {"topics": ["news"], "none": "1"})
    assert scopes() == {"mailings": "unsubscribed"}


def test_it_speaks_the_language_of_the_contact(visitor, news):
    person = PersonFactory(language="uk")
    person.emails.create(address=ANNA, unit=person.units.create())

    answer = visitor.get(link(news), headers={"accept-language": "en"})

    assert answer["Content-Language"] == "uk"
    assert '<html lang="uk"' in answer.content.decode()


def test_a_forwarded_mail_tells_nobody_whose_it_was(visitor, news):
    page = visitor.get(link(news)).content.decode()

    assert "a…@example.com" in page
    assert ANNA not in page


def test_nothing_is_kept_indexed_or_handed_on(visitor, news):
    answer = visitor.get(link(news))

    assert answer["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer.cookies == {}


def test_a_signed_in_colleague_is_nobody_there(client, alice, news):
    client.force_login(alice)

    assert alice.email not in client.get(link(news)).content.decode()
    client.post(link(news), ONE_CLICK)
    assert Suppression.objects.get().actor is None


@pytest.mark.parametrize("token", ["x", "A" * 43, "A" * 5000, "..", "%00", "топік", "{{7*7}}", "'; DROP TABLE x--"])
@pytest.mark.parametrize("path", ["", "back/", "topics/"])
def test_made_up_tokens_are_one_answer(visitor, token, path):
    for send in (visitor.get, visitor.post):
        answer = send(f"/unsubscribe/{token}/{path}")
        assert answer.status_code == 404
    assert not Suppression.objects.exists()


@examples(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(
    st.binary(max_size=300), st.sampled_from(["application/x-www-form-urlencoded", "multipart/form-data", "x/y", ""])
)
def test_whatever_is_posted_it_leaves_or_does_not(visitor, body, kind):
    token = seal(Letter("hostile@example.com", "mailings"))

    answer = visitor.post(f"/unsubscribe/{token}/", body, content_type=kind)

    assert answer.status_code in (200, 400)


def test_so_many_requests_are_enough(visitor, news, monkeypatch):
    monkeypatch.setattr("apps.crm.mailing_door.MOST", 2)
    answers = [visitor.get(link(news), REMOTE_ADDR="192.0.2.77") for _ in range(3)]

    assert [each.status_code for each in answers] == [200, 200, 429]
    assert int(answers[2]["Retry-After"]) > 0
