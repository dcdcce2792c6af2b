"""The pages of sources: figures that equal stored rows, tokens shown once, rejections with their raw record."""

from __future__ import annotations

import html
import json
import re

import pytest
from django.test import Client

from apps.sync.models import Rejection, Source, SourceMinute, SourceToken
from apps.sync.services.applying import apply_waiting
from apps.sync.services.polling import poll
from tests.crm.factories import a_plant
from tests.sync.factories import Plug, a_source, dealer
from tests.sync.test_administration import FORM

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(ada) -> Client:
    client = Client()
    client.force_login(ada)
    return client


@pytest.fixture
def plug(everyone_folder) -> Plug:
    plug = Plug(a_source())
    plug.post([dealer(), {"kunde": "<b>1</b>"}])
    apply_waiting(source_id=plug.source.pk)
    return plug


def test_the_dashboard_shows_each_source(office, plug):
    page = office.get("/sync/").content.decode()

    assert "Kyiv Production" in page
    assert "Active" in page


def test_charts_show_the_minutes_that_are_kept(office, plug):
    page = office.get("/sync/kyiv-production/").content.decode()

    charts = [json.loads(html.unescape(found)) for found in re.findall(r'data-chart="([^"]*)"', page)]
    (minute,) = SourceMinute.objects.all()
    assert [series["values"] for series in charts[0]["series"]] == [[str(minute.read)], [str(minute.rejected)]]
    assert charts[1]["series"][0]["values"] == [str(round(minute.lag, 3))]


def test_a_token_is_shown_once_and_revoked(office, plug):
    page = office.post("/sync/kyiv-production/tokens/").content.decode()
    raw = re.findall(r"feed_[\w-]{43}", page)[0]
    other = Plug(plug.source, raw)
    assert other.post([]).status_code == 202
    token = SourceToken.objects.order_by("-pk")[0]

    office.post(f"/sync/kyiv-production/tokens/{token.pk}/revoke/")

    assert other.post([]).status_code == 401
    assert raw not in office.get("/sync/kyiv-production/").content.decode()


def test_a_source_is_paused_and_resumed(office, plug):
    office.post("/sync/kyiv-production/pause/")
    assert Source.objects.get().state == "paused"

    office.post("/sync/kyiv-production/resume/")
    assert Source.objects.get().state == "active"


def test_a_rejection_shows_its_record_as_it_came(office, plug):
    rejection = Rejection.objects.get()
    listed = office.get("/sync/kyiv-production/rejections/").content.decode()
    page = office.get(f"/sync/kyiv-production/rejections/{rejection.pk}/").content.decode()

    assert "missing required field" in listed
    assert "{&quot;kunde&quot;: &quot;&lt;b&gt;1&lt;/b&gt;&quot;}" in page


def test_rejections_are_replayed_and_dismissed(office, plug):
    rejection = Rejection.objects.get()
    office.post("/sync/kyiv-production/rejections/bulk/replay/", {"ids": rejection.pk})
    assert Rejection.objects.get().state == "open"

    office.post("/sync/kyiv-production/rejections/bulk/dismiss/", {"ids": rejection.pk})

    assert Rejection.objects.get().state == "dismissed"


def test_a_source_is_made_and_changed_on_its_pages(office, everyone_folder):
    plant = a_plant("lublin")
    made = office.post("/sync/new/", {**FORM, "plant": plant.pk})
    wrong = office.post("/sync/lublin/edit/", {**FORM, "mapping": '{"type": 5}'})
    changed = office.post("/sync/lublin/edit/", {**FORM, "title": "Lublin, production"})

    assert (made.status_code, wrong.status_code, changed.status_code) == (302, 422, 302)
    assert "records: say at least" in html.unescape(wrong.content.decode())
    assert Source.objects.get().title == "Lublin, production"


def test_what_is_in_the_way_of_a_reading_stands_on_the_page_and_is_tried_again_once_mended(office, plug):
    source = a_source("kyiv-files", kind=Source.Kind.DROP, settings={"folder": "no such place"}, groups=[])
    poll(source_id=source.pk)
    page = office.get("/sync/kyiv-files/").content.decode()
    before = Source.objects.get(pk=source.pk)

    office.post("/sync/kyiv-files/pause/")
    office.post("/sync/kyiv-files/resume/")

    assert "no &#x27;no such place&#x27; in the folders" in page
    assert (before.next_poll_at is None, Source.objects.get(pk=source.pk).next_poll_at) == (False, None)


def test_batches_are_listed(office, plug):
    assert "Applied" in office.get("/sync/kyiv-production/batches/").content.decode()


def test_managers_have_no_business_here(alice, plug):
    client = Client()
    client.force_login(alice)

    assert client.get("/sync/").status_code == 403
    assert client.post("/sync/kyiv-production/pause/").status_code == 403
    assert Source.objects.get().state == "active"
