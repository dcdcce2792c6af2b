"""The house's receivers hear which contacts came, changed and went, and nothing of what is in them."""

from __future__ import annotations

import pytest

from apps.contacts.models import Entity
from apps.contacts.services.trash import trash_entities
from apps.core.models import WebhookEvent
from apps.core.services.webhooks import sending
from apps.crm.services.dealer_feed.audiences import HOUSE
from apps.crm.services.dealer_feed.receivers import make_receiver
from apps.crm.services.house_events import CREATED, UPDATED, tell_of_contacts
from tests.contacts.factories import FolderFactory, PersonFactory
from tests.core.receiving import receiver
from tests.crm.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _loopback(settings):
    settings.RAPPORT_PRIVATE_NETWORKS = ["127.0.0.0/8"]


def listen(ada, url, *types):
    make_receiver(actor=ada, audience=HOUSE, name="Website", url=url, types=list(types), sees_money=False, now=NOW)


def test_a_receiver_hears_that_a_contact_was_trashed_and_no_name(ada, everyone_folder):
    olena = PersonFactory(first_name="Olena", folder=everyone_folder)
    with receiver() as site:
        listen(ada, site.url)
        trash_entities(actor=ada, ids=[olena.pk], now=NOW)
        sending.send_due(now=NOW)

        told = next(body for body in site.bodies if body["type"] == "contact.trashed")
    olena.refresh_from_db()
    assert told["data"]["contacts"] == [
        {"id": olena.pk, "uid": str(olena.uid), "kind": "person", "version": olena.version, "is_trashed": True}
    ]


def test_a_contact_of_a_personal_folder_is_told_of_to_nobody(ada, bob, everyone_folder):
    hidden = PersonFactory(folder=FolderFactory(kind="personal", owner=bob))
    with receiver() as site:
        listen(ada, site.url)
        tell_of_contacts(UPDATED, [hidden.pk], now=NOW)
        sending.send_due(now=NOW)

        assert site.got == []


def test_an_import_tells_of_portions_and_not_of_each_row(ada, everyone_folder):
    made = Entity.objects.bulk_create(PersonFactory.build(folder=everyone_folder) for _number in range(1_001))
    with receiver() as site:
        listen(ada, site.url, CREATED)
        queued = tell_of_contacts(CREATED, [each.pk for each in made], now=NOW)
        sending.send_due(now=NOW)

        sizes = [len(body["data"]["contacts"]) for body in site.bodies]
    assert queued == 3
    assert sorted(sizes) == [1, 500, 500]


def test_without_a_receiver_nothing_is_kept(everyone_folder):
    olena = PersonFactory(folder=everyone_folder)

    assert tell_of_contacts(UPDATED, [olena.pk], now=NOW) == 0
    assert not WebhookEvent.objects.exists()


def test_a_receiver_of_other_events_hears_nothing_of_contacts(ada, everyone_folder):
    olena = PersonFactory(folder=everyone_folder)
    with receiver() as site:
        listen(ada, site.url, "decision.announced")

        assert tell_of_contacts(UPDATED, [olena.pk], now=NOW) == 0
        assert site.got == []
