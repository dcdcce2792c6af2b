"""Since your last visit: what others wrote while one was away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.activities.selectors.visits import news_for
from apps.activities.services.notes import add_note
from apps.activities.services.visits import note_visit
from tests.contacts.factories import FolderFactory, PersonFactory
from tests.core.home import whole_home

pytestmark = pytest.mark.django_db


def said(user, now) -> list[str]:
    news = news_for(user, now=now)
    return [entry.snippet for entry in news.entries] if news else []


def test_what_others_wrote_meanwhile_is_new_until_the_visit_after(alice, bob, now):
    olena = PersonFactory()
    assert news_for(bob, now=now) is None
    note_visit(user=bob, now=now)
    add_note(actor=alice, entity=olena, text="From Alice", now=now)
    add_note(actor=bob, entity=olena, text="My own", now=now)

    # He comes back the next day and stays a while: it is new all the time.
    for minutes in (0, 5, 20, 45):
        at = now + timedelta(days=1, minutes=minutes)
        assert said(bob, at) == ["From Alice"]
        note_visit(user=bob, now=at)

    add_note(actor=alice, entity=olena, text="Later", now=now)
    assert said(bob, now + timedelta(days=2)) == ["Later"]
    note_visit(user=bob, now=now + timedelta(days=2))
    assert said(bob, now + timedelta(days=3)) == []


def test_it_tells_nothing_of_what_one_may_not_read(ada, charlie, now):
    note_visit(user=charlie, now=now)
    hidden = PersonFactory(folder=FolderFactory(kind="restricted"))
    add_note(actor=ada, entity=hidden, text="Secret", now=now)

    news = news_for(charlie, now=now)
    assert news is not None
    assert (news.count, news.entries) == (0, [])


def test_home_shows_it_and_tells_the_house_that_one_is_here(client, alice, bob, now):
    note_visit(user=bob, now=now)
    add_note(actor=alice, entity=PersonFactory(), text="Wants oak", now=now)
    client.force_login(bob)

    page = whole_home(client)
    assert "1 entry" in page
    assert "Wants oak" in page

    assert client.post(reverse("activities:visit")).status_code == 204


def test_the_page_of_a_contact_and_the_history_mark_what_is_new(client, alice, bob, now):
    olena = PersonFactory()
    add_note(actor=alice, entity=olena, text="Known", now=now)
    note_visit(user=bob, now=now)
    add_note(actor=alice, entity=olena, text="Wants oak", now=now)
    add_note(actor=bob, entity=olena, text="My own", now=now)
    client.force_login(bob)

    for path in (f"/contacts/{olena.pk}/", "/activities/all/", "/contacts/list/activity/"):
        page = client.get(path).content.decode()
        assert page.count("activity__new") == 1, path
        assert page.index("activity__new") < page.index("Wants oak") < page.index("Known"), path
