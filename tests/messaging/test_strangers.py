"""Unknown people who write: taken in, kept waiting, or left alone."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from apps.activities.models import Activity
from apps.contacts.models import Entity, Folder
from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import EntityInput
from apps.core.models import Operation
from apps.core.services.operations import operate
from apps.messaging.models import BlockedSender, UnknownSender
from apps.messaging.services.stranger_decisions import (
    accept_sender,
    attach_sender,
    block_sender,
    ignore_sender,
    take_back_sender,
    unblock_sender,
)
from tests.messaging.mails import arrive, make_account, raw_mail

pytestmark = pytest.mark.django_db

SIGNED = """Could you make me an offer?

Best regards
--\x20
Olena Koval
Buyer
Vikna Plus LLC
+380 44 123 45 67
"""


@pytest.fixture(autouse=True)
def media(settings, tmp_path, everyone_folder):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def account(bob):
    return make_account(bob)


@pytest.fixture
def asking(bob):
    return make_account(bob, unknown_senders="ask")


def test_a_stranger_becomes_a_contact_of_his_reader_alone(account, bob, alice, ada):
    arrive(account, raw_mail(SIGNED))

    person = Entity.objects.people().get()
    assert (person.first_name, person.last_name, person.source) == ("Olena", "Koval", "mail")
    assert (person.primary_email, person.primary_phone) == ("olena@vikna.example", "+380441234567")
    assert (person.organisation, person.job_title) == ("Vikna Plus LLC", "Buyer")
    assert (person.folder.kind, person.folder.owner) == (Folder.Kind.PERSONAL, bob)
    for other in (alice, ada):
        assert not Entity.objects.visible_to(other).filter(pk=person.pk).exists()
    assert account.strangers.get().state == "made"
    assert Activity.objects.visible_to(bob).filter(participants__entity=person, kind="mail").count() == 1


def test_the_shared_mailbox_makes_contacts_for_everybody(alice, everyone_folder):
    arrive(make_account(None, "info@rapport.example"), raw_mail(SIGNED))

    assert Entity.objects.visible_to(alice).people().get().folder == everyone_folder


def test_the_house_takes_no_firm_out_of_somebodys_own_folder(bob, alice):
    mine = Folder.objects.create(name="Bob's", kind="personal", owner=bob)
    create_entity(
        actor=bob, data=EntityInput(kind="organisation", name="Vikna Plus LLC", folder_id=mine.pk), now=bob.created_at
    )

    arrive(make_account(None, "info@rapport.example"), raw_mail(SIGNED))

    assert Entity.objects.people().count() == 1
    assert Entity.objects.visible_to(alice).filter(display_name="Vikna Plus LLC").exists()


def test_the_second_mail_finds_the_contact(account):
    arrive(account, raw_mail(SIGNED), raw_mail("And?", id="2@x"))
    arrive(account, raw_mail("Hello?", id="3@x"))

    assert Entity.objects.people().count() == 1
    assert Activity.objects.filter(kind="mail").count() == 3


@pytest.mark.parametrize(
    "raw",
    [
        raw_mail(headers={"List-Unsubscribe": "<mailto:off@vikna.example>"}),
        raw_mail(headers={"Auto-Submitted": "auto-replied"}),
        raw_mail(sender="MAILER-DAEMON@vikna.example"),
        raw_mail(sender="Vikna <no-reply@vikna.example>"),
        raw_mail(sender="not an address"),
        raw_mail(sender="bob@rapport.example"),
    ],
    ids=["newsletter", "automatic answer", "bounce", "robot", "nobody", "oneself"],
)
def test_programs_make_no_contact(account, raw):
    arrive(account, raw)

    assert not Entity.objects.people().exists()
    assert not UnknownSender.objects.exists()


@pytest.mark.parametrize("role", ["junk", "trash", "sent"])
def test_spam_makes_no_contact(account, role):
    arrive(account, raw_mail(), role=role)

    assert not UnknownSender.objects.exists()


def test_by_rule_nobody_is_made_or_one_waits_to_be_asked_about(bob, alice):
    arrive(make_account(alice, "alice@rapport.example", unknown_senders="never"), raw_mail())
    assert not UnknownSender.objects.exists()

    arrive(make_account(bob, unknown_senders="ask"), raw_mail(SIGNED))

    waiting = UnknownSender.objects.get()
    assert (waiting.state, waiting.suggestion["last_name"]) == ("waiting", "Koval")
    assert not Entity.objects.people().exists()


def test_accepted_they_are_a_contact_with_their_mail(asking, bob, now):
    arrive(asking, raw_mail(SIGNED), raw_mail("Still there?", id="2@x"))

    sender = accept_sender(actor=bob, sender=UnknownSender.objects.get(), now=now)

    assert sender.entity is not None
    assert Activity.objects.filter(kind="mail", participants__entity=sender.entity).count() == 2


def test_attached_the_address_is_the_contacts(asking, bob, now):
    known = create_entity(actor=bob, data=EntityInput(last_name="Koval"), now=now)
    arrive(asking, raw_mail())

    attach_sender(actor=bob, sender=UnknownSender.objects.get(), entity=known, now=now)

    known.refresh_from_db()
    assert known.primary_email == "olena@vikna.example"
    assert Activity.objects.filter(mail__isnull=False, participants__entity=known).exists()


def test_ignored_they_are_not_asked_about_again(asking, bob, now):
    arrive(asking, raw_mail())
    ignore_sender(actor=bob, sender=UnknownSender.objects.get(), now=now)

    arrive(asking, raw_mail(id="2@x"))

    assert UnknownSender.objects.get().state == "ignored"


def test_a_blocked_domain_waits_no_more(asking, bob, now):
    arrive(asking, raw_mail(), raw_mail(id="2@x", sender="Petro <petro@vikna.example>"))

    blocked = block_sender(
        actor=bob, sender=UnknownSender.objects.get(address__startswith="olena"), whole_domain=True, now=now
    )
    arrive(asking, raw_mail(id="3@x", sender="Ivan <ivan@mail.vikna.example>"))
    assert blocked.pattern == "vikna.example"
    assert list(UnknownSender.objects.values_list("state", flat=True)) == ["ignored", "ignored"]

    unblock_sender(actor=bob, blocked=blocked)
    arrive(asking, raw_mail(id="4@x", sender="Ivan <ivan@mail.vikna.example>"))
    assert UnknownSender.objects.filter(state="waiting").count() == 1


def test_of_free_mail_one_address_is_blocked(asking, bob, now):
    arrive(asking, raw_mail(sender="Olena <olena.koval@gmail.com>"))

    block_sender(actor=bob, sender=UnknownSender.objects.get(), whole_domain=True, now=now)

    assert BlockedSender.objects.get().pattern == "olena.koval@gmail.com"


def test_what_was_made_is_taken_back(account, bob, now):
    arrive(account, raw_mail(SIGNED))
    sender = UnknownSender.objects.get()

    take_back_sender(actor=bob, sender=sender, now=now)

    assert not Entity.objects.live().exclude(source="user").exists()
    arrive(account, raw_mail(id="2@x"))
    assert not Entity.objects.live().people().exists()
    with pytest.raises(ValidationError):
        take_back_sender(actor=bob, sender=sender, now=now)


def test_what_the_house_made_goes_to_the_trash(ada, bob, now):
    shared = make_account(None, "info@rapport.example")
    shared.members.add(bob)
    arrive(shared, raw_mail(SIGNED))

    take_back_sender(actor=bob, sender=UnknownSender.objects.get(), now=now)

    assert not Entity.objects.live().people().exists()


def test_a_colleague_decides_nothing_in_a_mailbox_that_is_not_his(asking, bob, alice, now):
    arrive(asking, raw_mail())
    sender = UnknownSender.objects.get()
    known = create_entity(actor=alice, data=EntityInput(last_name="Koval"), now=now)

    for decide in (accept_sender, ignore_sender, block_sender, take_back_sender):
        with pytest.raises(PermissionDenied):
            decide(actor=alice, sender=sender, now=now)
    with pytest.raises(PermissionDenied):
        attach_sender(actor=alice, sender=sender, entity=known, now=now)
    assert not UnknownSender.objects.visible_to(alice).exists()


def test_a_contact_made_on_the_way_of_other_work_is_an_operation_of_its_own(account, bob, now):
    with operate(actor=bob, verb="mail.synced", now=now, keep=True) as recorder:
        arrive(account, raw_mail(SIGNED))

    made = UnknownSender.objects.get().operation
    assert made is not None
    assert made != recorder.operation
    assert (made.verb, made.actor) == ("contact.made_from_mail", bob)
    assert Operation.objects.get(pk=recorder.operation.pk).total is None
