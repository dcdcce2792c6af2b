"""Photos of constructions: staff add them, the dealer sees them, upright and without their place."""

from __future__ import annotations

import io
import re

import pytest
from django.test import Client
from PIL import Image

from apps.crm.models import ConstructionPhoto
from apps.crm.services.construction_photos import MOST_PHOTOS
from tests.conftest import make_user
from tests.crm.claims import a_photo, upload
from tests.crm.factories import a_construction, a_dealer, an_order, into_portal

pytestmark = pytest.mark.django_db


@pytest.fixture
def piece(everyone_folder, dora):
    dealer = a_dealer("Svitlo Windows")
    into_portal(dora, dealer)
    return a_construction(an_order(dealer))


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def add(user, piece, *photos, **fields):
    data = {"construction": piece.pk, "photos": list(photos), "caption": "Before loading", **fields}
    return signed_in(user).post(f"/crm/orders/{piece.order_id}/photos/add/", data)


def test_a_photo_that_staff_add_stands_on_the_dealers_page(piece, bob, dora, django_capture_on_commit_callbacks):
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif.get_ifd(0x8825)[1] = "N"
    assert "photos/add/" in signed_in(bob).get(f"/crm/orders/{piece.order_id}/").content.decode()

    assert "/photos/" not in signed_in(dora).get(f"/portal/orders/{piece.order_id}/").content.decode()  # and kept so
    with django_capture_on_commit_callbacks(execute=True):
        add(bob, piece, upload(a_photo(640, 480, exif=exif)))

    page = signed_in(dora).get(f"/portal/orders/{piece.order_id}/").content.decode()
    (address,) = re.findall(rf'src="(/portal/orders/{piece.order_id}/photos/\d+/)"', page)
    assert "Before loading" in page
    content = signed_in(dora).get(address).getvalue()
    with Image.open(io.BytesIO(content)) as picture:
        assert (picture.size, dict(picture.getexif())) == ((480, 640), {})


def test_another_dealer_finds_neither_photo_nor_door(piece, bob, dora):
    add(bob, piece, upload(a_photo()))
    photo = ConstructionPhoto.objects.get()
    danylo = make_user("danylo@example.com", "Danylo Other", "dealer")
    into_portal(danylo, a_dealer("Other"))

    assert signed_in(danylo).get(f"/portal/orders/{piece.order_id}/photos/{photo.pk}/").status_code == 404
    for user in (danylo, dora):
        assert add(user, piece, upload(a_photo())).status_code == 403
    assert ConstructionPhoto.objects.count() == 1


def test_what_is_no_photo_or_of_another_order_or_too_much_is_refused(piece, bob):
    strange = a_construction(an_order(a_dealer("Other"), "B-1"))

    script = add(bob, piece, upload(b"<script>alert(1)</script>"))
    foreign = add(bob, piece, upload(a_photo()), construction=strange.pk)
    many = add(bob, piece, *(upload(a_photo(40, 30)) for _each in range(MOST_PHOTOS + 1)))

    assert [each.status_code for each in (script, foreign, many)] == [422, 422, 422]
    assert not ConstructionPhoto.objects.exists()
