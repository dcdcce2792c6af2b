from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.utils import timezone, translation

from apps.accounts.formatting import date_text, datetime_text
from apps.accounts.models import Preferences
from apps.accounts.preferences import preferences_of, reading_as
from apps.accounts.services.preferences import change_preferences
from apps.core.models import SavedView

pytestmark = pytest.mark.django_db

MOMENT = datetime(2026, 11, 2, 22, 30, tzinfo=UTC)  # in Kyiv already the next day
HTMX = {"HX-Request": "true"}


def save(client, group, headers=None, **fields):
    data = {f"{group}-{key}": value for key, value in fields.items()}
    return client.post("/accounts/preferences/", {"group": group, **data}, headers=headers or {})


def test_the_language_of_the_page_is_the_readers_choice(client, bob):
    client.force_login(bob)
    assert '<html lang="en"' in client.get("/accounts/preferences/").content.decode()

    save(client, "language", language="uk")

    page = client.get("/accounts/preferences/", headers={"Accept-Language": "en"})
    assert '<html lang="uk"' in page.content.decode()
    assert page["Content-Language"] == "uk"


def test_without_a_choice_the_browser_is_asked(client):
    page = client.get("/accounts/login/", headers={"Accept-Language": "uk,en;q=0.5"})

    assert page["Content-Language"] == "uk"
    assert "Accept-Language" in page["Vary"]


def test_before_signing_in_a_language_is_kept_in_a_cookie(client):
    client.post("/language/", {"language": "uk", "next": "/accounts/login/"})

    assert client.get("/accounts/login/", headers={"Accept-Language": "en"})["Content-Language"] == "uk"


def test_times_are_in_the_readers_zone(bob, now):
    assert datetime_text(preferences_of(bob), MOMENT) == "3 Nov 2026, 00:30"  # the site's: Kyiv

    change_preferences(actor=bob, changes={"time_zone": "America/New_York"}, now=now)

    assert datetime_text(preferences_of(bob), MOMENT) == "2 Nov 2026, 17:30"
    assert date_text(preferences_of(bob), MOMENT) == "2 Nov 2026"


@pytest.mark.parametrize(
    ("formats", "shown"),
    [
        ({}, "3 Nov 2026, 00:30"),
        ({"date_format": "iso"}, "2026-11-03, 00:30"),
        ({"date_format": "dmy", "time_format": "24"}, "03.11.2026, 00:30"),
        ({"date_format": "mdy", "time_format": "12"}, "11/03/2026, 12:30 AM"),
    ],
)
def test_days_and_times_are_written_as_the_reader_likes(bob, now, formats, shown):
    change_preferences(actor=bob, changes=formats, now=now)

    assert datetime_text(preferences_of(bob), MOMENT) == shown


def test_formats_follow_the_language():
    with translation.override("uk"):
        assert date_text(preferences_of(AnonymousUser()), date(2026, 11, 3), weekday=True) == "Вт, 03.11.2026"
    with translation.override("en"):
        assert date_text(preferences_of(AnonymousUser()), date(2026, 11, 3), weekday=True) == "Tue, 3 Nov 2026"


def test_a_moment_on_a_page_shows_the_weekday_and_on_hover_all_of_it(bob, now):
    change_preferences(actor=bob, changes={"time_zone": "Europe/Berlin", "language": "en"}, now=now)
    template = Template("{{ value|moment }} {{ value|day }} {{ none|moment }}{{ none|day }}")

    with reading_as(bob):
        text = template.render(Context({"value": MOMENT, "none": None})).strip()

    shown = '<time datetime="2026-11-02T22:30:00+00:00" title="Monday, 2 Nov 2026, 23:30:00 CET">{}</time>'
    assert text == f"{shown.format('Mon, 2 Nov 2026, 23:30')} {shown.format('Mon, 2 Nov 2026')}"


def test_reading_as_somebody_ends_with_its_block(bob, now):
    change_preferences(actor=bob, changes={"time_zone": "Asia/Tokyo", "language": "uk"}, now=now)

    with reading_as(bob):
        assert timezone.get_current_timezone_name() == "Asia/Tokyo"
        assert translation.get_language() == "uk"

    assert timezone.get_current_timezone_name() == "UTC"
    assert translation.get_language() == "en"


def test_a_group_is_saved_in_place(client, bob):
    client.force_login(bob)

    part = save(client, "phone", HTMX, phone_pattern="+00 (000) 000-00-00", dialing_prefix="0")

    assert part.status_code == 200
    assert part.content.decode().startswith('<div class="form-grid" id="preferences-phone">')
    saved = Preferences.objects.get(user=bob)
    assert (saved.phone_pattern, saved.dialing_prefix) == ("+00 (000) 000-00-00", "0")


def test_what_changes_the_whole_page_loads_it_anew(client, bob):
    client.force_login(bob)

    response = save(client, "look", HTMX, theme="dark", page_size="100")

    assert response["HX-Refresh"] == "true"
    assert 'data-bs-theme="dark"' in client.get("/accounts/preferences/").content.decode()


def test_a_group_saves_nothing_of_the_others(client, bob, now):
    change_preferences(actor=bob, changes={"theme": "dark", "phone_pattern": "000"}, now=now)
    client.force_login(bob)

    save(client, "language", language="en", time_zone="Europe/Kyiv")

    saved = Preferences.objects.get(user=bob)
    assert (saved.theme, saved.phone_pattern, saved.time_zone) == ("dark", "000", "Europe/Kyiv")


@pytest.mark.parametrize(
    ("group", "fields", "message"),
    [
        ("phone", {"phone_pattern": "+49 abc"}, "A pattern is made of"),
        ("phone", {"dialing_prefix": "0<script>"}, "A prefix is made of"),
        ("language", {"time_zone": "Mars/Olympus"}, "Select a valid choice"),
        ("contacts", {"favourite_countries": ["UA", "PL", "DE", "FR", "IT", "ES"]}, "Choose five at most."),
        ("hours", {"office_hours_from": "09:00", "office_pick": "auto"}, "Give both ends"),
        ("hours", {"office_hours_from": "09:00", "office_hours_to": "08:00", "office_pick": "auto"}, "after the start"),
    ],
)
def test_nonsense_is_told_at_its_field_and_not_saved(client, bob, group, fields, message):
    client.force_login(bob)

    response = save(client, group, HTMX, **fields)

    assert response.status_code == 422
    assert message in response.content.decode()
    assert not Preferences.objects.filter(user=bob).exists()


def test_a_group_that_is_none_is_refused(client, bob):
    client.force_login(bob)

    assert save(client, "wizardry").status_code == 400


def test_office_hours_and_contacts_are_kept_as_chosen(client, bob, alice, now):
    view = SavedView.objects.create(list_key="contacts.entities", name="Mine", owner=bob, created_at=now)
    hers = SavedView.objects.create(list_key="contacts.entities", name="Hers", owner=alice, created_at=now)
    client.force_login(bob)

    save(
        client, "hours", office_days=["1", "5"], office_hours_from="08:00", office_hours_to="16:30", office_pick="work"
    )
    save(client, "contacts", contacts_view=str(view.pk), country="PL", favourite_countries=["UA", "PL"])
    refused = save(client, "contacts", HTMX, contacts_view=str(hers.pk))

    saved = Preferences.objects.get(user=bob)
    assert (saved.office_days, f"{saved.office_hours_to:%H:%M}", saved.office_pick) == ([1, 5], "16:30", "work")
    assert (saved.contacts_view, saved.country, saved.favourite_countries) == (view.pk, "PL", ["UA", "PL"])
    assert not saved.mail_program
    assert refused.status_code == 422


def test_the_page_stays_light(client, bob):
    client.force_login(bob)

    assert len(client.get("/accounts/preferences/").content) < 100_000


def test_whoever_has_no_row_reads_by_the_defaults(bob, django_assert_num_queries):
    assert preferences_of(AnonymousUser()).page_size == 50
    with django_assert_num_queries(1):
        assert preferences_of(bob).page_size == 50
        assert preferences_of(bob).office_pick == "auto"


def test_a_theme_chosen_here_outlasts_the_one_of_the_device(client, bob):
    client.force_login(bob)
    client.cookies["theme"] = "light"

    save(client, "look", theme="dark", page_size="50")

    assert 'data-bs-theme="dark"' in client.get("/accounts/preferences/").content.decode()


def test_a_dealer_is_asked_only_what_a_dealer_uses(client, dora):
    client.force_login(dora)

    page = client.get("/accounts/preferences/").content.decode()

    assert 'name="language-language"' in page
    assert 'name="contacts-contacts_tab"' not in page
    assert save(client, "hours", office_pick="work").status_code == 400
