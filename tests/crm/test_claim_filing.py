"""A dealer files a claim from the portal, with photos as phones make them."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from django.urls import reverse
from PIL import Image

from apps.activities.models import Activity, Notice
from apps.core.services import files
from apps.crm.models import Claim, ClaimPhoto, Inquiry, Stage
from tests.conftest import make_user
from tests.crm.claims import a_claim, a_photo, kept, upload
from tests.crm.factories import NOW, a_construction, a_dealer, an_order, into_portal

pytestmark = pytest.mark.django_db


@pytest.fixture
def dealer(dora):
    dealer = a_dealer("Svitlo Windows")
    into_portal(dora, dealer)
    return dealer


@pytest.fixture
def order(dealer):
    return an_order(dealer, "A-1001")


@pytest.fixture
def other(db):
    """Somebody of another firm."""
    user = make_user("danylo@example.com", "Danylo Other", "dealer")
    into_portal(user, a_dealer("Other Windows"))
    return user


@pytest.fixture
def claims_manager(everyone_folder):
    return make_user("clara@example.com", "Clara Claims", "claims")


def sent(order, **fields):
    return {"kind": "damage", "text": "The pane is cracked", **fields}, reverse("portal:claim_file", args=[order.pk])


def test_a_dealer_files_a_claim_with_photos_and_finds_it_under_its_number(client, dora, order, claims_manager):
    piece = a_construction(order, title="Kitchen window")
    client.force_login(dora)
    data, url = sent(order, construction=piece.pk, photos=[upload(a_photo(3000, 1000)), upload(a_photo())])

    answer = client.post(url, data)

    claim = Claim.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, reverse("portal:claim", args=[claim.pk]))
    assert claim.number == f"C-{claim.pk:06d}"
    assert (claim.construction, claim.author_name, claim.manager) == (piece, "Dora Dealer", claims_manager)
    assert [(photo.width, photo.height) for photo in claim.photos.order_by("position")] == [(2000, 667), (640, 480)]
    page = client.get(answer["Location"])
    assert page.status_code == 200
    for words in (claim.number, "Kitchen window", "The pane is cracked"):
        assert words in page.content.decode()
    assert claim.number in client.get(reverse("portal:claims")).content.decode()


def test_who_decides_claims_is_told_and_the_history_knows_it(client, dora, order, claims_manager):
    claim = a_claim(order, dora)

    entry = Activity.objects.get(kind="claim")
    assert (entry.verb, entry.context_type, entry.context_id) == ("claim.filed", "crm.claim", claim.pk)
    assert entry.shown_to_id == order.dealer.entity_id
    assert Inquiry.objects.waiting().get().manager == claims_manager
    assert Notice.objects.get(user=claims_manager).verb == "claim.opened"


def test_the_promise_counts_working_days(dora, order, settings):
    settings.RAPPORT_CLAIM_DAYS = {"other": 5, "damage": 3}
    friday = datetime(2026, 11, 6, 9, 0, tzinfo=UTC)

    claim = a_claim(order, dora, now=friday)

    assert claim.due_at == datetime(2026, 11, 11, 16, 0, tzinfo=UTC)  # Wednesday at six, Kyiv


def test_photos_arrive_upright_and_without_their_place(dora, order):
    exif = Image.Exif()
    exif[0x0112] = 6  # turned
    exif[0x8825] = {1: "N", 2: (50.0, 27.0, 0.0)}
    large = a_photo(4000, 3000, exif=exif)

    claim = a_claim(order, dora, photos=kept(large))

    photo = claim.photos.get()
    stored = Image.open(files.open_file(photo.file))
    assert stored.size == (photo.width, photo.height) == (1500, 2000)
    assert not stored.getexif()
    assert Image.open(files.open_file(photo.thumbnail)).size == (240, 320)


def test_a_photo_as_an_iphone_makes_it_is_taken(dora, order):
    pillow_heif = pytest.importorskip("pillow_heif")
    pillow_heif.register_heif_opener()

    claim = a_claim(order, dora, photos=kept(a_photo(form="HEIF")))

    assert Image.open(files.open_file(claim.photos.get().file)).format == "JPEG"


def a_bomb() -> bytes:
    """A small file of a huge picture; a second's work, for the one test that sends it."""
    file = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<script>alert(1)</script>", "not a picture"),
        (b"#!/bin/sh\nrm -rf /\n", "not a picture"),
        (a_bomb, "too many pixels"),
        (b"", "not a picture"),
        (a_photo()[:400], "not a picture"),
        (b"\x00\x00\x00\x18ftypheic" + b"\x00" * 40, "not a picture"),
    ],
)
def test_what_is_no_photo_is_refused_in_words_and_nothing_typed_is_lost(client, dora, order, content, words):
    client.force_login(dora)
    fake = content() if callable(content) else content
    data, url = sent(order, photos=[upload(fake, "fake.jpg"), upload(a_photo(), "good.jpg")])

    answer = client.post(url, data)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "fake.jpg: " in page
    assert words in page
    assert "The pane is cracked" in page
    assert "1 photo is kept already." in page
    assert not Claim.objects.exists()
    again = client.post(url, sent(order)[0] | {"kept": answer.context["sealed"]})
    assert again.status_code == 302
    assert Claim.objects.get().photos.count() == 1


def test_photos_that_somebody_else_sealed_are_nothing(client, dora, order, other):
    from apps.crm.services.claim_photos import seal

    client.force_login(dora)
    data, url = sent(order, kept=seal(kept(a_photo()), actor=other))

    client.post(url, data)

    assert Claim.objects.get().photos.count() == 0


def test_more_photos_can_follow_until_the_claim_is_closed(client, dora, order):
    claim = a_claim(order, dora)
    client.force_login(dora)
    url = reverse("portal:claim_photos", args=[claim.pk])

    client.post(url, {"photos": [upload(a_photo())]})
    Claim.objects.filter(pk=claim.pk).update(closed_at=NOW)
    client.post(url, {"photos": [upload(a_photo(200, 200))]})

    assert claim.photos.count() == 1


def test_an_outsider_finds_neither_claim_nor_photo_nor_talk(client, dora, order, other):
    claim = a_claim(order, dora, photos=kept(a_photo()))
    photo = claim.photos.get()
    routes = [
        reverse("portal:claim", args=[claim.pk]),
        reverse("portal:claim_thread", args=[claim.pk]),
        reverse("portal:claim_photo", args=[claim.pk, photo.pk]),
        reverse("portal:claim_photo_small", args=[claim.pk, photo.pk]),
        reverse("portal:claim_file", args=[order.pk]),
        reverse("portal:order_thread", args=[order.pk]),
    ]

    client.force_login(dora)
    assert [client.get(url).status_code for url in routes] == [200] * 6
    client.force_login(other)
    assert [client.get(url).status_code for url in routes] == [404] * 6
    assert client.post(reverse("portal:claim_file", args=[order.pk]), sent(order)[0]).status_code == 404
    assert client.post(reverse("portal:claim_photos", args=[claim.pk]), {}).status_code == 404
    assert claim.number not in client.get(reverse("portal:claims")).content.decode()


def test_an_order_that_was_not_approved_takes_no_claim(client, dora, dealer):
    order = an_order(dealer, "A-9", stage=Stage.RECEIVED)
    client.force_login(dora)

    assert client.get(reverse("portal:claim_file", args=[order.pk])).status_code == 404


def test_a_construction_of_another_order_is_no_choice(client, dora, order, dealer):
    piece = a_construction(an_order(dealer, "A-1002"))
    client.force_login(dora)
    data, url = sent(order, construction=piece.pk)

    assert client.post(url, data).status_code == 422
    assert not ClaimPhoto.objects.exists()
