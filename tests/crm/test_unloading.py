"""What is ticked, noted and signed where the truck unloads: kept once, in whatever order it comes."""

from __future__ import annotations

import io
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from apps.core import clock
from apps.crm.models import Claim, Shipment, ShipmentStop, UnloadingAct
from apps.crm.selectors.delivery_days import delivery_days
from apps.crm.services import outlooks
from tests.conftest import make_user
from tests.crm.claims import a_photo
from tests.crm.deliveries import MORNING, a_signature, an_act, between, done, goods, posted
from tests.crm.factories import a_dealer, into_portal

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _that_morning(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: MORNING + HOUR)


@pytest.fixture
def firm():
    return a_dealer("Svitlo Windows")


@pytest.fixture
def truck(firm):
    return between(firm)


@pytest.fixture
def owner(client, dora, firm):
    into_portal(dora, firm)
    client.force_login(dora)
    return client


def send(client, shipment, *acts, **pictures) -> list[str]:
    answer = client.post(f"/portal/deliveries/{shipment.pk}/acts/", posted(*acts, **pictures))
    assert answer.status_code == 200
    return [each["state"] for each in answer.json()["answers"]]


def standing(shipment, user) -> tuple[Any, ...]:
    """What a reader sees of it."""
    (day,) = delivery_days(shipment, user=user, now=clock.now())
    stop = ShipmentStop.objects.get(pk=day.stop.pk)
    notes = sorted((note.what, note.text) for line in day.lines for note in line.notes)
    return [line.counted for line in day.lines], notes, stop.signed_by, day.state, len(day.photos)


def test_pieces_a_damage_and_a_signature_stand_on_the_pages_of_both_sides(
    owner, truck, dora, bob, firm, everyone_folder
):
    acts = [
        an_act("arrived"),
        an_act("tick", count=3, **goods(truck, firm)),
        an_act("note", what="damaged", text="A scratch", **goods(truck, firm)),
        an_act("signature", name="Ihor Fitter"),
    ]

    assert send(owner, truck, *acts, note=a_photo(), signature=a_signature()) == ["kept"] * 4

    assert standing(truck, dora) == ([3], [("damaged", "A scratch")], "Ihor Fitter", "delivered", 0)
    page = owner.get(f"/portal/deliveries/{truck.pk}/").content.decode()
    assert "A scratch" in page
    assert "Signed by Ihor Fitter" in page
    staff = Client()
    staff.force_login(bob)
    seen = staff.get(f"/crm/shipments/{truck.pk}/").content.decode()
    for words in ("A scratch", "Ihor Fitter", "Dora Dealer", "Who did what"):
        assert words in seen
    signature = UnloadingAct.objects.get(kind="signature")
    assert staff.get(f"/crm/shipments/{truck.pk}/pictures/{signature.key}/").status_code == 200
    assert ShipmentStop.objects.get(dealer=firm).proof_id == signature.file_id


def test_the_signature_is_a_plain_picture_of_our_own(owner, truck):
    from PIL.PngImagePlugin import PngInfo

    hidden = PngInfo()
    hidden.add_text("Comment", "50.45 N 30.52 E")
    send(owner, truck, an_act("signature", name="Ihor"), signature=a_signature(pnginfo=hidden))

    act = UnloadingAct.objects.get()
    content = b"".join(owner.get(f"/portal/deliveries/{truck.pk}/pictures/{act.key}/").streaming_content)
    assert b"50.45" not in content
    with Image.open(io.BytesIO(content)) as picture:
        assert (picture.format, picture.size, dict(picture.getexif())) == ("PNG", (640, 240), {})


@pytest.mark.parametrize(
    ("act", "pictures"),
    [
        ({"kind": "signature", "name": "Ihor"}, {}),
        ({"kind": "signature", "name": " "}, {"signature": a_signature()}),
        ({"kind": "signature", "name": "Ihor"}, {"signature": b"<svg onload=alert(1)>"}),
        ({"kind": "signature", "name": "Ihor"}, {"signature": a_photo(form="PNG", width=3000, height=100)}),
        ({"kind": "photo"}, {"photo": b"%PDF-1.7"}),
        ({"kind": "photo"}, {}),
        ({"kind": "tick", "count": 5}, {}),
        ({"kind": "tick", "count": -1}, {}),
        ({"kind": "tick"}, {}),
        ({"kind": "tick", "count": 1, "order": 10**30}, {}),
        ({"kind": "note", "what": "stolen"}, {}),
        ({"kind": "note", "text": "x" * 5000, "what": "missing"}, {}),
        ({"kind": "party"}, {}),
        ({"kind": "arrived", "at": "yesterday"}, {}),
        ({"kind": "arrived", "key": "1"}, {}),
    ],
)
def test_what_is_wrong_is_refused_with_a_reason_and_the_others_go_on(owner, truck, firm, act, pictures):
    bad = an_act("arrived") | (goods(truck, firm) if act["kind"] in ("tick", "note") else {}) | act
    good = an_act("tick", count=2, **goods(truck, firm))

    answer = owner.post(f"/portal/deliveries/{truck.pk}/acts/", posted(bad, good, **pictures)).json()["answers"]

    assert [each["state"] for each in answer] == ["refused", "kept"]
    assert answer[0]["reason"]
    assert UnloadingAct.objects.count() == 1


@pytest.mark.parametrize("text", ["", "x", "{}", "null", "[" * 100_000, '[{"key": "\\ud800"}, 1, null, [], "a"]'])
def test_whatever_is_posted_is_answered(owner, truck, text):
    answer = owner.post(f"/portal/deliveries/{truck.pk}/acts/", {"acts": text})

    assert answer.status_code in (200, 400)
    assert not UnloadingAct.objects.exists()


def test_goods_of_another_dealer_are_none_of_ones_own(owner, truck, firm):
    foreign = ShipmentStop.objects.get(shipment=truck, position=1).dealer

    assert send(owner, truck, an_act("tick", count=1, **goods(truck, foreign))) == ["refused"]


def test_an_act_of_another_delivery_is_not_taken_again(owner, truck, firm):
    other = between(firm, number="S-8")
    act = an_act("arrived")
    send(owner, truck, act)

    assert send(owner, other, act) == ["refused"]
    assert UnloadingAct.objects.get().shipment_id == truck.pk


def test_who_only_looks_in_and_who_is_another_dealer_ticks_nothing(truck, ada, firm, owner):
    stranger = make_user("olha@example.com", "Olha Other", "dealer")
    into_portal(stranger, a_dealer("Third"))
    browser, staff = Client(), Client()
    browser.force_login(stranger)
    staff.force_login(ada)
    staff.post(f"/crm/dealers/{firm.pk}/view-as/")

    assert browser.post(f"/portal/deliveries/{truck.pk}/acts/", posted(an_act("arrived"))).status_code == 404
    assert staff.post(f"/portal/deliveries/{truck.pk}/acts/", posted(an_act("arrived"))).status_code == 403
    assert not UnloadingAct.objects.exists()


def test_long_before_and_long_after_nothing_is_taken(owner, truck, monkeypatch):
    for days, state in ((-2, "refused"), (-1, "kept"), (7, "kept"), (8, "refused")):
        monkeypatch.setattr(clock, "now", lambda days=days: MORNING + timedelta(days=days))
        assert send(owner, truck, an_act("arrived")) == [state], days


def test_a_wrong_clock_loses_nothing(owner, truck, dora):
    acts = [an_act("signature", name="Ihor", at=MORNING + timedelta(days=4000))]

    assert send(owner, truck, *acts, signature=a_signature()) == ["kept"]
    assert standing(truck, dora)[3] == "delivered"
    assert UnloadingAct.objects.get().happened_at == MORNING + HOUR


def test_a_signature_at_one_stop_tells_the_next_ones(owner, truck, firm):
    last: Any = ShipmentStop.objects.get(shipment=truck, position=3)
    width = last.expected_to - last.expected_from

    send(owner, truck, an_act("signature", name="Ihor", at=MORNING + HOUR), signature=a_signature())

    last.refresh_from_db()
    assert last.outlook["done"] == 2
    assert last.expected_to - last.expected_from < width


def test_the_plants_next_word_keeps_what_was_signed(owner, truck, firm):
    send(owner, truck, an_act("signature", name="Ihor"), signature=a_signature())
    stop = ShipmentStop.objects.get(dealer=firm)
    ShipmentStop.objects.filter(pk=stop.pk).update(signed_by="", proof=None)  # as a newer record has it

    stops = list(ShipmentStop.objects.filter(shipment=truck))
    signed = outlooks.signatures_of([truck.pk])
    outlooks.keep_signed(stops, signed)
    outlooks.keep_proofs(stops, signed)

    assert next(each for each in stops if each.pk == stop.pk).signed_by == "Ihor"
    stop.refresh_from_db()
    assert stop.proof_id == UnloadingAct.objects.get().file_id


def test_a_note_becomes_a_claim_with_all_that_is_known(owner, truck, firm):
    note = an_act("note", what="missing", text="One handle", **goods(truck, firm))
    send(owner, truck, note, note=a_photo())
    page = owner.get(f"/portal/deliveries/{truck.pk}/").content.decode()
    order = goods(truck, firm)["order"]
    assert f"/portal/orders/{order}/claim/?construction={goods(truck, firm)['construction']}&amp;unloading=" in page

    form = owner.get(f"/portal/orders/{order}/claim/", {"unloading": note["key"]}).context["form"]
    sealed = owner.get(f"/portal/orders/{order}/claim/", {"unloading": note["key"]}).context["sealed"]
    owner.post(f"/portal/orders/{order}/claim/", {**form.initial, "kept": sealed})

    claim = Claim.objects.get()
    assert (claim.kind, claim.text, claim.shipment) == ("missing", "One handle", truck)
    assert claim.construction_id == goods(truck, firm)["construction"]
    assert claim.photos.count() == 1


@pytest.mark.parametrize("key", ["x", "ee094f31-ac63-4aaf-859b-cf1be0ebad15", "\x00"])
def test_a_claim_after_no_note_begins_empty(owner, truck, firm, key):
    order = goods(truck, firm)["order"]

    assert owner.get(f"/portal/orders/{order}/claim/", {"unloading": key}).status_code == 200


KEYS = [str(uuid.UUID(int=number, version=4)) for number in range(12)]


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_same_acts_doubled_shuffled_and_cut_off_are_the_same(owner, truck, firm, dora, data):
    """As a phone sends them that loses its connection in the middle of an answer."""
    UnloadingAct.objects.all().delete()
    ShipmentStop.objects.update(signed_by="", proof=None)
    kinds = data.draw(st.lists(st.sampled_from(["tick", "note", "arrived", "signature"]), min_size=1, max_size=6))
    acts = [an_act(kind, key=KEYS[at], at=MORNING + timedelta(minutes=at)) for at, kind in enumerate(kinds)]
    for number, act in enumerate(acts):
        if act["kind"] in ("tick", "note"):
            act |= goods(truck, firm)
        words: dict[str, dict[str, Any]] = {
            "tick": {"count": number % 5},
            "note": {"what": "missing", "text": str(number)},
            "signature": {"name": f"Signer {number}"},
        }
        act |= words.get(act["kind"], {})
    send(owner, truck, *acts, signature=a_signature())
    expected = standing(truck, dora)
    UnloadingAct.objects.all().delete()
    ShipmentStop.objects.update(signed_by="", proof=None)

    sent = data.draw(st.permutations(acts + data.draw(st.lists(st.sampled_from(acts), max_size=4))))
    cut = data.draw(st.integers(0, len(sent)))
    for portion in (sent[:cut], sent[cut:], acts):
        if portion:
            send(owner, truck, *portion, signature=a_signature())

    assert standing(truck, dora) == expected
    assert UnloadingAct.objects.count() == len(acts)


def test_the_card_stands_on_home_and_on_the_order_on_the_day_and_the_day_before(owner, truck, firm, monkeypatch):
    done(truck, 1, MORNING + HOUR)
    order = goods(truck, firm)["order"]
    pages = [
        "/portal/home/",
        f"/portal/orders/{order}/",
        f"/portal/deliveries/{truck.pk}/",
        "/portal/deliveries/days/",
    ]
    for days, shown in ((-2, False), (-1, True), (0, True), (1, False)):
        monkeypatch.setattr(clock, "now", lambda days=days: MORNING + timedelta(days=days))
        Shipment.objects.update(state="planned")
        found = ["day-card" in owner.get(page).content.decode() for page in pages]
        assert found == [shown] * 2 + [shown or days == 1] + [shown], days

    monkeypatch.setattr(clock, "now", lambda: MORNING + HOUR)
    page = owner.get("/portal/home/").content.decode()
    for words in ("Today", "AA 1234 BB", "Stepan Driver", 'href="tel:', "the last in City 1 at 11:00"):
        assert words in page, words
