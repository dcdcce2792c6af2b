"""Every main page can be read by everybody: axe at the desk and on a phone, in the light and in the dark."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from apps.activities.services.notes import add_note
from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import EmailInput, EntityInput, JobInput, LinkInput, PhoneInput, UnitInput
from apps.core import clock
from tests.browser.conftest import DESKTOP, PHONE
from tests.contacts.factories import CategoryFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Theme = Literal["light", "dark"]
LOOKS: list[tuple[Any, Theme, Theme]] = [(DESKTOP, "light", "dark"), (PHONE, "dark", "light")]
LONG = "Найнеперевершеніший металопластиковоконновиробничозбутовий кооператив"


@pytest.fixture
def olena(bob):
    given = EntityInput(
        first_name="Олена",
        last_name="Коваль",
        notes="Wants oak",
        category_ids=[CategoryFactory(name="Partners", colour="teal").pk],
        units=[
            UnitInput(
                city="Lviv",
                street="Shevchenka",
                country="UA",
                emails=[EmailInput("a-rather-long-address-of-somebody@subdomain.vikna-plus.example.com")],
                phones=[PhoneInput("+380 44 123 45 67", kind="mobile")],
                links=[LinkInput("https://shop.example.com", username="olena", password="letmein")],
            ),
            UnitInput(kind="home", city="Kyiv"),
        ],
        jobs=[JobInput(organisation_name=LONG, title="Buyer")],
    )
    entity = create_entity(actor=bob, data=given, now=clock.now())
    add_note(actor=bob, entity=entity, text="Called about oak", now=clock.now())
    return entity


def settled(page, theme: Theme) -> None:
    """Colours fade in; read half-way they would be found pale."""
    page.wait_for_function("theme => document.documentElement.dataset.bsTheme === theme", arg=theme)
    page.evaluate(
        """() => Promise.all(document.getAnimations()
            .filter((each) => each.effect.getComputedTiming().iterations !== Infinity)
            .map((each) => each.finished.catch(() => null)))
            .then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))"""
    )


def test_the_main_pages_shut_nobody_out(page, live_server, sign_in, axe, olena, ada):
    page.emulate_media(reduced_motion="reduce")
    main = ["/contacts/list/people/", f"/contacts/{olena.pk}/", "/contacts/new/", "/contacts/import/"]
    main += ["/accounts/preferences/"]
    others = [f"/contacts/{olena.pk}/{tab}/" for tab in ("details", "relations", "events", "files")]
    others += [f"/contacts/{olena.pk}/edit/name/", "/contacts/list/all/", "/operations/"]
    looks: list[tuple[Any, Theme]] = [(DESKTOP, "light"), (PHONE, "dark"), (PHONE, "light"), (DESKTOP, "dark")]
    faults = []
    for path in ["/accounts/login/", *main, *others]:
        if path == main[0]:
            sign_in(page, ada)
        page.goto(live_server.url + path)
        for size, theme in looks[:2] if path in others else looks:
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=theme)
            settled(page, theme)
            found = axe(page)
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append("scrolls sideways")
            faults += [f"{path} at {size['width']}, {theme}: {each}" for each in found]

    assert not faults, "\n".join(faults)
