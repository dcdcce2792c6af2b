"""What templates are filled with: of contacts, appointments, the sender; in the recipient's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404

from apps.activities.services.meeting_inputs import Guests, Span
from apps.activities.services.meeting_inputs import Words as MeetingWords
from apps.activities.services.meetings import plan_meeting
from apps.messaging.services.languages import language_of, remember_language
from apps.messaging.services.template_context import context_of
from apps.messaging.services.template_contexts import template_contexts
from apps.messaging.services.template_language import check, render, variables_for
from tests.contacts.factories import FolderFactory, OrganisationFactory, PersonFactory, UnitFactory

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Words:
    subject: str
    body: str = ""


def test_a_contact_is_named_with_what_is_known_of_it(bob, now):
    olena = PersonFactory(primary_email="olena@example.com", primary_phone="+380671234567", job_title="Director")
    UnitFactory(entity=olena, street="Shevchenka", house_number="5", city="Lviv", country="UA")

    known = context_of(bob, "contacts.entity", olena.pk, "en", now=now)

    assert known["contact"] == {
        "salutation": "Dear Olena Koval",
        "name": "Olena Koval",
        "first_name": "Olena",
        "last_name": "Koval",
        "job_title": "Director",
        "email": "olena@example.com",
        "phone": "+380 67 123 4567",
        "street": "Shevchenka 5",
        "city": "Lviv",
        "country": "Ukraine",
    }
    assert known["sender"] == {"name": "Bob Sales", "first_name": "Bob", "email": "bob@example.com"}
    assert known["today"] == now.date()


def test_a_contact_that_one_may_not_see_fills_nothing(bob, charlie, now):
    hidden = PersonFactory(folder=FolderFactory(kind="personal", owner=bob))

    assert context_of(bob, "contacts.entity", hidden.pk, "en", now=now)["contact"]["last_name"] == "Koval"
    with pytest.raises(Http404):
        context_of(charlie, "contacts.entity", hidden.pk, "en", now=now)


def test_a_strange_type_of_record_is_not_found(bob, now):
    with pytest.raises(Http404):
        context_of(bob, "core.file", 1, "en", now=now)


def test_an_appointment_is_told_by_its_own_clock_and_to_its_guest(bob, now):
    olena = PersonFactory(primary_email="olena@example.com")
    silent = PersonFactory(first_name="Andrij", display_name="Andrij Bilyk", sort_name="a")
    span = Span(datetime(2026, 12, 3, 14, 30), datetime(2026, 12, 3, 15, 0), "Europe/Kyiv")  # noqa: DTZ001  a wall clock
    meeting = plan_meeting(
        actor=bob, span=span, words=MeetingWords("Measuring"), guests=Guests([silent, olena]), now=now
    )

    known = context_of(bob, "activities.meeting", meeting.pk, "en", now=now)

    assert known["meeting"]["time"] == time(14, 30)
    assert known["contact"]["email"] == "olena@example.com"
    words = render(Words("{{ meeting.date | date: 'full' }}, {{ meeting.time | date }}"), known, language="uk")
    assert words.subject == "четвер, 3 грудня 2026\u202fр., 14:30"


def test_every_offered_name_has_a_title_and_an_example():
    for key, context in template_contexts.items():
        names = [each.path for each in variables_for(key)]
        assert len(names) == len(set(names))
        assert all(each.title and each.example for each in context.variables)


def test_a_name_that_no_record_has_is_told_with_its_line(db):
    [problem] = check(Words("Hello", "<p>{{ contact.name }}</p>\n<p>{{ contact.nmae }} {{ payroll.month }}</p>"))

    assert (problem.part, problem.line, problem.words) == ("body", 2, "There is no “contact.nmae”.")


def test_the_language_is_the_contacts_else_its_employers(db):
    firm = OrganisationFactory(language="uk-UA")

    assert language_of(PersonFactory(organisation_entity=firm)) == "uk"
    assert language_of(PersonFactory(organisation_entity=firm, language="EN_gb")) == "en"
    assert language_of(PersonFactory(language="pl")) == ""
    assert language_of(None) == ""


def test_the_answer_is_remembered_once_by_whoever_may_change_the_contact(bob, charlie, now):
    olena = PersonFactory(folder=FolderFactory(kind="personal", owner=bob))

    remember_language(actor=charlie, entity=olena, language="en", now=now)
    olena.refresh_from_db()
    assert olena.language == ""

    remember_language(actor=bob, entity=olena, language="uk", now=now)
    olena.refresh_from_db()
    remember_language(actor=bob, entity=olena, language="en", now=now)
    olena.refresh_from_db()
    assert olena.language == "uk"


def test_a_language_that_we_do_not_write_is_refused(bob, now):
    with pytest.raises(ValidationError):
        remember_language(actor=bob, entity=PersonFactory(), language="xx", now=now)


def test_the_zone_of_the_sender_decides_what_today_is(bob, now):
    late = datetime(2026, 11, 2, 23, 30, tzinfo=ZoneInfo("UTC"))

    assert context_of(bob, "contacts.entity", PersonFactory().pk, "en", now=late)["today"].day == 3
