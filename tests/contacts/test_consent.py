"""Suppression has the word on mailings, the contact's address copies it: by hand, by import, by undo."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from apps.contacts.models import EmailAddress
from apps.contacts.services.consent import Reason, leave, leave_many, settle, switch_mailings, take_again
from apps.contacts.services.details import add_email
from apps.contacts.services.inputs import EmailInput
from apps.contacts.services.trash import trash_entities
from apps.contacts.signals import entities_created
from apps.core.models import Operation, Suppression
from apps.core.services.operations import undo
from apps.core.services.suppression import fold, is_suppressed
from tests.conftest import NOW
from tests.contacts.factories import FolderFactory, PersonFactory

pytestmark = pytest.mark.django_db


def bearing(address: str, **fields) -> EmailAddress:
    person = PersonFactory(**fields)
    return person.emails.create(address=address, unit=person.units.create())


def test_a_colleague_switches_mailings_off_for_all_who_bear_the_address_and_undoes_it(alice):
    here, there = bearing("Anna@example.com"), bearing("anna@Example.com")

    switch_mailings(actor=alice, email=here, wanted=False, now=NOW)
    switch_mailings(actor=alice, email=here, wanted=False, now=NOW)
    assert list(EmailAddress.objects.values_list("opted_out_at", flat=True)) == [NOW, NOW]
    row = Suppression.objects.get()
    assert (row.address, row.reason, row.actor) == ("anna@example.com", "by_hand", alice)

    undo(actor=alice, operation=Operation.objects.get(verb="mailings.left"), now=NOW)
    assert not Suppression.objects.exists()
    there.refresh_from_db()
    assert there.opted_out_at is None


def test_switched_on_again_the_address_gets_mailings(alice):
    email = bearing("anna@example.com")
    switch_mailings(actor=alice, email=email, wanted=False, now=NOW)

    switch_mailings(actor=alice, email=email, wanted=True, now=NOW)

    email.refresh_from_db()
    assert email.opted_out_at is None
    assert not is_suppressed(address="anna@example.com", scope="mailings")


def test_who_may_not_edit_the_contact_switches_nothing(charlie):
    hidden = bearing("anna@example.com", folder=FolderFactory(kind="restricted"))

    with pytest.raises(PermissionDenied):
        switch_mailings(actor=charlie, email=hidden, wanted=False, now=NOW)
    assert not Suppression.objects.exists()


def test_a_new_contact_shows_what_its_address_had_decided_before(alice):
    leave(addresses=["anna@example.com"], reason=Reason.UNSUBSCRIBED, now=NOW)

    email = add_email(actor=alice, entity=PersonFactory(), data=EmailInput("ANNA@example.com"), now=NOW)

    email.refresh_from_db()
    assert email.opted_out_at == NOW


def test_what_an_import_brings_is_kept_from_mailings(alice):
    email = bearing("anna@example.com")
    EmailAddress.objects.update(opted_out_at=NOW)

    entities_created.send(sender=None, ids=[email.entity_id], operation=None, now=NOW)

    assert Suppression.objects.get().reason == "unsubscribed"
    assert is_suppressed(address="anna@example.com", scope="topic:news")


def test_leaving_outlives_the_contact(alice):
    email = bearing("anna@example.com")
    leave(addresses=["anna@example.com"], reason=Reason.UNSUBSCRIBED, now=NOW)

    trash_entities(actor=alice, ids=[email.entity_id], now=NOW)
    EmailAddress.objects.all().delete()

    assert is_suppressed(address="anna@example.com", scope="mailings")


def test_an_address_in_its_own_letters_is_the_same_one():
    email = bearing("олена@вікна.укр")

    leave(addresses=["олена@xn--80adym7j.xn--j1amh"], reason=Reason.UNSUBSCRIBED, now=NOW)

    email.refresh_from_db()
    assert email.opted_out_at == NOW


def test_a_stronger_reason_takes_the_place_of_a_weaker_one():
    said = []
    for reason in (Reason.BOUNCED, Reason.UNSUBSCRIBED, Reason.BY_HAND, Reason.COMPLAINED, Reason.UNSUBSCRIBED):
        leave(addresses=["anna@example.com"], reason=reason, now=NOW)
        said.append(Suppression.objects.get().reason)

    assert said == ["bounced", "unsubscribed", "unsubscribed", "complained", "complained"]


def test_what_a_reader_wished_after_a_colleague_survives_the_colleagues_undo(alice):
    email, later = bearing("anna@example.com"), NOW + timedelta(hours=1)
    switch_mailings(actor=alice, email=email, wanted=False, now=NOW)
    leave(addresses=["anna@example.com"], reason=Reason.UNSUBSCRIBED, origin="campaign:7", now=later)

    undone = undo(actor=alice, operation=Operation.objects.filter(verb="mailings.left").earliest("pk"), now=later)

    assert {each.reason for each in undone.conflicts} == {"changed"}
    row = Suppression.objects.get()
    assert (row.reason, row.origin, row.actor) == ("unsubscribed", "campaign:7", None)
    email.refresh_from_db()
    assert email.opted_out_at == later


def test_it_survives_also_where_it_was_told_by_the_list_and_who_bears_the_address_sees_nothing_else(alice, charlie):
    email, later = bearing("anna@example.com"), NOW + timedelta(hours=1)
    switch_mailings(actor=alice, email=email, wanted=False, now=NOW)
    leave_many(addresses=["anna@example.com"], reason=Reason.UNSUBSCRIBED, origin="connection:1", now=later)
    operation = Operation.objects.get(verb="mailings.left")

    with pytest.raises(PermissionDenied):
        undo(actor=charlie, operation=operation, now=later)
    undo(actor=alice, operation=operation, now=later)

    assert is_suppressed(address="anna@example.com", scope="mailings")
    email.refresh_from_db()
    assert email.opted_out_at == later


def test_what_a_colleague_enters_after_the_reader_left_is_undone_without_letting_mail_go_there(alice):
    email = bearing("anna@example.com")
    leave(addresses=["anna@example.com"], reason=Reason.UNSUBSCRIBED, now=NOW)

    assert switch_mailings(actor=alice, email=email, wanted=False, now=NOW) is None
    assert Suppression.objects.get().reason == "unsubscribed"


@pytest.mark.parametrize("written", ["Олена@Вікна.укр", "anna@Größe.example", "anna@XN--80adym7j.xn--j1amh"])
def test_what_an_import_brings_in_letters_of_its_own_is_kept_from_mailings_as_it_is_sent(written):
    email, same = bearing(written), bearing(fold(written))
    EmailAddress.objects.filter(pk=email.pk).update(opted_out_at=NOW)

    settle([email.entity_id, same.entity_id])

    assert Suppression.objects.get().address == fold(written)
    assert is_suppressed(address=written, scope="topic:news")
    settle([same.entity_id])
    same.refresh_from_db()
    assert same.opted_out_at == NOW


def test_only_the_reasons_named_are_taken_back():
    leave(addresses=["anna@example.com"], reason=Reason.COMPLAINED, now=NOW)

    assert not take_again(address="anna@example.com", reasons=[Reason.UNSUBSCRIBED], now=NOW)
    assert take_again(address="anna@example.com", now=NOW)
    assert not take_again(address="anna@example.com", now=NOW)


def test_the_page_of_a_contact_switches_it_and_offers_to_undo(client, alice):
    email = bearing("anna@example.com")
    details = f"/contacts/{email.entity_id}/details/"
    client.force_login(alice)

    shown = client.post(f"/contacts/{email.entity_id}/emails/{email.pk}/mailings/", follow=True).content.decode()
    assert "anna@example.com gets no mailings any more." in shown
    assert f"/operations/{Operation.objects.get().pk}/undo/" in shown
    assert "Allow mailings" in client.get(details).content.decode()

    client.post(f"/contacts/{email.entity_id}/emails/{email.pk}/mailings/", {"wanted": "1"})
    assert "Allow mailings" not in client.get(details).content.decode()


def test_what_was_reported_as_spam_a_colleague_does_not_allow(client, alice):
    email = bearing("anna@example.com")
    leave(addresses=["anna@example.com"], reason=Reason.COMPLAINED, now=NOW)
    client.force_login(alice)

    url = f"/contacts/{email.entity_id}/emails/{email.pk}/mailings/"
    shown = client.post(url, {"wanted": "1"}, follow=True).content.decode()

    assert "reported as spam" in shown
    assert is_suppressed(address="anna@example.com", scope="mailings")


def test_the_list_of_contacts_shows_and_asks_who_gets_mailings(client, alice):
    left, bounced, reached = bearing("left@example.com"), bearing("back@example.com"), bearing("anna@example.com")
    leave(addresses=["left@example.com"], reason=Reason.UNSUBSCRIBED, now=NOW)
    EmailAddress.objects.filter(pk=bounced.pk).update(bounced_at=NOW)
    client.force_login(alice)

    for state, expected in (("left", left), ("bounced", bounced), ("allowed", reached)):
        page = client.get("/contacts/", {"f.mailings": state}).content.decode()
        found = {email.pk for email in (left, bounced, reached) if f"/contacts/{email.entity_id}/" in page}
        assert found == {expected.pk}
