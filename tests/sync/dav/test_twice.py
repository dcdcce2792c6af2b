"""Cards that come twice: at the same time, and under a name that another contact had before."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from apps.contacts.models import Entity, ExternalUid
from apps.contacts.services.trash import trash_entities
from apps.sync.services.cards.receiving import put_card
from tests.contacts.factories import default_folder
from tests.sync.dav.door import Answer, Phone

NEW = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:U1\r\nN:Petrenko;Anna;;;\r\nFN:Anna Petrenko\r\nEND:VCARD\r\n"


@pytest.mark.django_db(transaction=True)
def test_a_new_card_that_comes_again_before_it_is_kept_makes_one_contact(alice, now):
    phone = Phone(alice)
    folder = default_folder()
    href = f"{phone.book(folder)}A1.vcf"

    def again() -> Answer:
        try:
            return phone.ask("PUT", href, NEW)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            put_card(
                actor=alice, device="Phone", folder_id=folder.pk, href="A1.vcf", data=NEW.encode(), base="", now=now
            )
            coming = pool.submit(again)
            time.sleep(1)
        answer = coming.result()

    assert answer.status in (201, 204)
    assert Entity.objects.filter(last_name="Petrenko").count() == 1


@pytest.mark.django_db
def test_the_name_of_one_in_the_trash_becomes_that_of_the_next(alice, now):
    phone = Phone(alice)
    href = f"{phone.book(default_folder())}A1.vcf"
    phone.ask("PUT", href, NEW)
    first = Entity.objects.get(last_name="Petrenko")
    trash_entities(actor=alice, ids=[first.pk], now=now)

    assert phone.ask("PUT", href, NEW.replace("UID:U1", "UID:U2").replace("Anna", "Olha")).status == 201

    assert ExternalUid.objects.get(href="A1.vcf").entity.first_name == "Olha"
    assert "Olha" in phone.ask("GET", href).text
