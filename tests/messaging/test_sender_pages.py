"""The tray of unknown senders as a page."""

from __future__ import annotations

import pytest
from django.urls import reverse

from apps.contacts.models import Entity
from apps.contacts.services.entities import create_entity
from apps.contacts.services.folders import personal_folder
from apps.contacts.services.inputs import EntityInput
from apps.core import clock
from apps.messaging.models import BlockedSender, UnknownSender
from tests.messaging.mails import arrive, make_account, raw_mail

pytestmark = pytest.mark.django_db

SIGNED = "Hello\n\n-- \nOlena Koval\nBuyer\nVikna Plus LLC\n+380 44 123 45 67\n"
TRAY = "/mail/unknown/"


@pytest.fixture(autouse=True)
def media(settings, tmp_path, everyone_folder):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def asking(bob):
    return make_account(bob, unknown_senders="ask")


def act(client, sender, name, **fields):
    return client.post(reverse("messaging:sender_act", args=[sender.pk, name]), fields, headers={"HX-Request": "true"})


def test_it_shows_who_waits_with_what_is_known_of_them(client, asking, bob, alice):
    arrive(asking, raw_mail(SIGNED, subject="An offer, please"))
    client.force_login(bob)
    page = client.get(TRAY).content.decode()
    for words in (
        "Olena Koval",
        "Buyer, Vikna Plus LLC",
        "olena@vikna.example",
        "An offer, please",
        "Block vikna.example",
    ):
        assert words in page

    client.force_login(alice)
    assert "Olena" not in client.get(TRAY).content.decode()


def test_one_key_accepts(client, asking, bob):
    arrive(asking, raw_mail(SIGNED))
    client.force_login(bob)

    answer = act(client, UnknownSender.objects.get(), "accept")

    assert "Olena Koval is a contact now." in answer["HX-Trigger"]
    assert Entity.objects.visible_to(bob).people().filter(last_name="Koval").exists()
    assert "Made today" in answer.content.decode()


def test_made_today_is_undone_there(client, bob):
    arrive(make_account(bob), raw_mail(SIGNED), now=clock.now())
    client.force_login(bob)
    assert "Made today" in client.get(TRAY).content.decode()

    answer = act(client, UnknownSender.objects.get(), "undo")

    assert "Made today" not in answer.content.decode()
    assert not Entity.objects.live().filter(last_name="Koval").exists()


def test_the_address_is_attached_to_a_contact(client, asking, bob, now):
    known = create_entity(actor=bob, data=EntityInput(last_name="Melnyk"), now=now)
    arrive(asking, raw_mail())
    client.force_login(bob)
    url = reverse("messaging:sender_attach", args=[UnknownSender.objects.get().pk])
    assert client.post(url, {}).status_code == 422

    assert client.post(url, {"entity": [known.pk]}).status_code == 302

    assert known.emails.get().address == "olena@vikna.example"


def test_a_contact_one_does_not_see_is_no_choice(client, asking, bob, alice, now):
    hers = EntityInput(last_name="Melnyk", folder_id=personal_folder(actor=alice, now=now).pk)
    hidden = create_entity(actor=alice, data=hers, now=now)
    arrive(asking, raw_mail())
    client.force_login(bob)

    url = reverse("messaging:sender_attach", args=[UnknownSender.objects.get().pk])
    assert client.post(url, {"entity": [hidden.pk]}).status_code == 422
    assert not hidden.emails.exists()


def test_a_domain_is_blocked_listed_and_let_in_again(client, asking, bob):
    arrive(asking, raw_mail())
    client.force_login(bob)

    page = act(client, UnknownSender.objects.get(), "block-domain").content.decode()
    assert "Unblock vikna.example" in page

    blocked = BlockedSender.objects.get()
    client.post(reverse("messaging:sender_unblock", args=[blocked.pk]))
    assert not BlockedSender.objects.exists()


def test_an_unknown_deed_is_not_found(client, asking, bob):
    arrive(asking, raw_mail())
    client.force_login(bob)

    assert act(client, UnknownSender.objects.get(), "love").status_code == 404


def test_a_long_tray_takes_few_queries(client, asking, bob, django_assert_max_num_queries):
    arrive(asking, *(raw_mail(id=f"{n}@x", sender=f"P{n} <p{n}@vikna.example>") for n in range(60)))
    client.force_login(bob)
    client.get(TRAY)

    with django_assert_max_num_queries(14):
        page = client.get(TRAY).content.decode()
    assert "60 senders wait for you" in page
