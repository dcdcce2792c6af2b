"""One's own pages and the administrators' in a real browser: saved in place, readable for everybody."""

from __future__ import annotations

import pytest
from django.utils import timezone

from apps.accounts.models import Preferences
from apps.accounts.services.audit import record_event
from apps.accounts.services.tokens import create_token
from tests.browser.conftest import PHONE
from tests.conftest import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ada(transactional_db):
    return make_user("ada@example.com", "Ada Admin", "admin", is_staff=True)


def test_preferences_are_saved_in_place_and_the_pages_are_accessible(page, live_server, sign_in, ada, axe):
    create_token(actor=ada, user=ada, name="Script", scopes=["contacts:read"], expires_at=None, now=timezone.now())
    record_event(actor=ada, verb="user.roles_changed", now=timezone.now(), record=ada, details={"added": ["sales"]})
    sign_in(page, ada)

    page.goto(f"{live_server.url}/accounts/preferences/")
    pattern = page.locator("input[name=phone-phone_pattern]")
    pattern.fill("+000 (00) 000-00-00")
    pattern.press("Tab")
    page.locator("form:has(#preferences-phone) [role=status]", has_text="Saved").wait_for()
    assert Preferences.objects.get(user=ada).phone_pattern == "+000 (00) 000-00-00"

    pattern.fill("letters")
    pattern.press("Tab")
    page.locator("#preferences-phone .field__error").wait_for()
    page.complaints.clear()  # the console tells of the answer 422
    assert axe(page) == []

    page.locator("select[name=look-theme]").select_option("dark")
    page.locator("html[data-bs-theme=dark]").wait_for()
    assert Preferences.objects.get(user=ada).phone_pattern == "+000 (00) 000-00-00"

    lists = ["tokens/", "users/", "audit/"]
    pages = ["security/", "sessions/", "tokens/new/", "users/new/", f"users/{ada.pk}/"]
    look_at(page, live_server, axe, ["preferences/", *lists, *pages])
    page.set_viewport_size(PHONE)
    look_at(page, live_server, axe, ["preferences/", *lists])


def look_at(page, live_server, axe, paths):
    for path in paths:
        page.goto(f"{live_server.url}/accounts/{path}")
        assert axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
