"""The clients of Mailchimp and Google Analytics: what they make is taken, whatever comes back harms nobody."""

from __future__ import annotations

import json
import logging
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from apps.sync.connectors.asking import OutsideTrouble, Patience, as_json
from apps.sync.connectors.ga4 import mapping as ga4
from apps.sync.connectors.ga4.client import Client as Analytics
from apps.sync.connectors.mailchimp import mapping
from apps.sync.connectors.mailchimp.client import Client, centre_of
from tests.core import receiving
from tests.core.receiving import raw_server
from tests.sync import ga4_server, mailchimp_server
from tests.sync.ga4_server import MEASUREMENT_ID, SECRET, analytics
from tests.sync.mailchimp_server import KEY, LIST, mailchimp

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
SLOW = effort(suppress_health_check=[HealthCheck.too_slow], deadline=None)
SHORT = Patience(connect=1.0, read=1.0, whole=1.5)
OLHA = mapping.member("olha@windows.ua", {"FNAME": "Olha"}, ["Customer"])


@pytest.fixture(autouse=True)
def _loopback(settings):
    settings.RAPPORT_PRIVATE_NETWORKS = ["127.0.0.0/8"]


@pytest.fixture
def chimp(settings):
    with mailchimp() as fake:
        settings.RAPPORT_MAILCHIMP_URL = fake.url
        yield fake


@pytest.fixture
def google(settings):
    with analytics() as fake:
        settings.RAPPORT_GA4_URL = fake.url
        yield fake


def trouble_of(act):
    with pytest.raises(OutsideTrouble) as caught:
        act()
    return caught.value


# --- Mailchimp --------------------------------------------------------------------------------------------------------
def test_a_key_names_its_data_centre_and_nothing_else_chooses_the_host(settings):
    assert centre_of(KEY) == "us21"
    for wrong in ("", "abc", KEY.replace("-us21", "-evil.example/"), KEY + ".evil.example", "a-b@c-us1"):
        assert centre_of(wrong) == ""
        assert trouble_of(lambda wrong=wrong: Client(wrong)).is_permanent
    assert Client(KEY)._root == "https://us21.api.mailchimp.com"


def test_members_are_added_and_changed_and_archived(chimp):
    client = Client(KEY)
    assert client.audience(LIST).name == "Windows & doors"
    taken = client.put(LIST, [OLHA, mapping.member("fake@example.com", {}, [])])

    assert (taken.made, taken.changed, list(taken.refused)) == (1, 0, ["fake@example.com"])
    assert chimp.of("olha@windows.ua")["merge_fields"] == {"FNAME": "Olha"}
    assert client.put(LIST, [OLHA]).changed == 1
    client.drop_tags(LIST, "olha@windows.ua", ["Customer"])
    assert chimp.of("olha@windows.ua")["tags"] == set()
    for _again in range(2):
        client.archive(LIST, "OLHA@windows.ua")
    client.archive(LIST, "nobody@windows.ua")
    assert chimp.statuses() == {"olha@windows.ua": "archived"}


@pytest.mark.parametrize(
    ("answer", "is_permanent"),
    [((429, {"Retry-After": "7"}, b""), False), ((503, {}, b"<h1>away</h1>"), False), ((401, {}, b"{}"), True)],
)
def test_troubles_say_whether_trying_again_helps(chimp, answer, is_permanent):
    chimp.answers = [answer]
    trouble = trouble_of(lambda: Client(KEY).put(LIST, [OLHA]))

    assert trouble.is_permanent is is_permanent
    assert trouble.retry_after == (7.0 if answer[0] == 429 else None)


def test_a_wrong_key_is_told_in_mailchimp_s_words(chimp):
    trouble = trouble_of(lambda: Client(KEY.replace("0", "1")).audience(LIST))

    assert str(trouble) == "API Key Invalid: Your API key may be invalid."


@pytest.mark.parametrize("behave", ["hang", "drip", "drip_body", "flood", "many_headers", "nonsense"])
def test_whatever_a_server_does_time_and_memory_are_bounded(settings, behave):
    with raw_server(getattr(receiving, behave)) as url:
        settings.RAPPORT_MAILCHIMP_URL = url.removesuffix("/hook")
        began = time.monotonic()
        trouble = trouble_of(lambda: Client(KEY, patience=SHORT).put(LIST, [OLHA]))

    assert time.monotonic() - began < 10
    assert not trouble.is_permanent


def test_redirects_are_not_followed(chimp):
    chimp.answers = [(302, {"Location": f"{chimp.url}/3.0/lists/{LIST}"}, b"")]

    assert trouble_of(lambda: Client(KEY).audience(LIST)).is_permanent
    assert len(chimp.asked) == 1


def test_a_server_in_a_private_network_is_not_asked(settings, chimp):
    settings.RAPPORT_PRIVATE_NETWORKS = []

    trouble_of(lambda: Client(KEY).audience(LIST))
    assert chimp.asked == []


def test_keys_are_in_no_error_and_no_log(settings, chimp, google, caplog):
    caplog.set_level(logging.DEBUG)
    chimp.answers = [(500, {}, b"")]
    google.answers = [(500, {}, b"")]
    found = [trouble_of(lambda: Client(KEY).audience(LIST))]
    found.append(trouble_of(lambda: Analytics(MEASUREMENT_ID, SECRET).collect({})))
    Analytics(MEASUREMENT_ID, SECRET).problems(ga4.payload("1.2", "", [ga4.event("made", {}, NOW)]))
    for name in ("RAPPORT_GA4_URL", "RAPPORT_MAILCHIMP_URL"):
        setattr(settings, name, "http://127.0.0.1:1")
    found.append(trouble_of(lambda: Client(KEY).audience(LIST)))
    found.append(trouble_of(lambda: Analytics(MEASUREMENT_ID, SECRET).collect({})))

    for error in found:
        assert error.__cause__ is None
        assert KEY not in str(error)
        assert SECRET not in str(error)
    assert KEY not in caplog.text
    assert SECRET not in caplog.text


@SLOW
@given(
    values=st.dictionaries(st.text(max_size=12), st.text(max_size=400), max_size=8),
    names=st.lists(st.text(max_size=160), max_size=6),
    local=st.text(max_size=70),
)
def test_mailchimp_takes_whatever_the_mapping_makes(values, names, local):
    address = mapping.address_of(f"{local}@windows.ua")
    if not address:
        return
    values = {**values, "FNAME": "\ud800 Ольга\x00" * 60}
    payload = json.loads(as_json(mapping.member(address, values, names)))

    assert mailchimp_server._schema(payload) == {}
    assert mailchimp_server._ADDRESS.fullmatch(payload["email_address"])
    assert len(payload["tags"]) == len({tag.casefold() for tag in payload["tags"]})
    assert mapping.digest(payload) == mapping.digest(json.loads(json.dumps(payload)))


def test_birthdays_have_a_day_or_none():
    assert [mapping.birthday(each) for each in ("1985-04-12", "--04-12", "1985-04", "1985", "")] == ["04/12"] * 2 + [
        ""
    ] * 3


# --- Google Analytics -------------------------------------------------------------------------------------------------
def test_events_arrive_as_the_protocol_wants_them(google):
    google.now_micros = ga4.micros(NOW)
    event = ga4.event("order_accepted", {"plant": "kyiv", "is_new": True, "pieces": 3, "note": None}, NOW)
    client = Analytics(MEASUREMENT_ID, SECRET)
    client.collect(ga4.payload("1.2", "", [event]))

    assert google.dropped == []
    assert google.counted[0]["params"] == {"plant": "kyiv", "is_new": "yes", "pieces": 3}
    assert client.problems(ga4.payload("1.2", "", [event])) == []
    assert client.problems(ga4.payload("1.2", "", [{**event, "name": "_bad"}])) == [
        "events: Event at index: [0] has invalid name [_bad]."
    ]


_VALUES = st.one_of(
    st.text(max_size=300), st.integers(), st.floats(), st.booleans(), st.none(), st.lists(st.integers(), max_size=2)
)


@SLOW
@given(
    st.dictionaries(st.text(max_size=60) | st.sampled_from(["ga_x", "_y", "plant", "stage"]), _VALUES, max_size=40),
    st.floats(min_value=0, max_value=71.9),
)
def test_google_takes_whatever_the_mapping_makes(values, hours):
    values.pop("value", None)
    event = ga4.event("order_accepted", values, NOW - timedelta(hours=hours))
    payload = ga4.payload("1.2", "a" * 64, [event] * 25)
    raw = as_json(payload)

    assert ga4.problems(payload, now=NOW) == []
    assert ga4_server.problems(json.loads(raw), len(raw), ga4.micros(NOW)) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "page_view"}, "the name 'page_view' isn't allowed"),
        ({"name": "x" * 41}, f"the name '{'x' * 41}' isn't allowed"),
        ({"params": {"ga_x": "1"}}, "the parameter 'ga_x' isn't allowed"),
        ({"params": {"text": "y" * 101}}, "text: more than 100 characters"),
        ({"params": {f"p{n}": 1 for n in range(26)}}, "more than 25 parameters"),
        ({"params": {"value": 1.5}}, "value: without a currency"),
        ({"timestamp_micros": ga4.micros(NOW - timedelta(hours=72, seconds=1))}, "older than 72 hours"),
    ],
)
def test_what_google_would_drop_in_silence_is_seen_before(change, words):
    event = {**ga4.event("made", {}, NOW), **change}

    assert ga4.problems(ga4.payload("1.2", "", [event]), now=NOW) == [words]
