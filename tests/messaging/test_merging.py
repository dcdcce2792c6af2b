from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.html import escape

from apps.contacts.models import Entity
from apps.core.models import Operation, OutgoingMail
from apps.core.services import files
from apps.core.services.operations import request_cancel, sweep
from apps.messaging.models import Draft, MailMerge
from apps.messaging.services.draft_files import attach_file
from apps.messaging.services.merging import begin_merge, pause_merge, resume_merge, send_due, start_merge, stop_merge
from tests.contacts.factories import EmailAddressFactory, FolderFactory, PersonFactory, UnitFactory
from tests.messaging.writers import mailbox

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def person(name: str, **marks) -> Entity:
    made = PersonFactory(first_name=name, primary_email=f"{name.lower()}@example.com")
    EmailAddressFactory(unit=UnitFactory(entity=made), address=made.primary_email, **marks)
    return made


def pattern(bob, now, *, subject="For {{ contact.first_name }}", body="<p>Dear {{ contact.first_name }},</p>"):
    account = mailbox(bob)
    found = Entity.objects.visible_to(bob).filter(kind="person")
    merge = begin_merge(actor=bob, entities=found, now=now)
    Draft.objects.filter(pk=merge.draft_id).update(account=account, subject=subject, body=body)
    merge.refresh_from_db()
    return merge


def test_each_gets_a_mail_of_their_own_and_who_wants_none_is_listed(bob, now):
    for name in ("Anna", "Carl"):
        person(name)
    person("Dan", opted_out_at=now)
    person("Eve", bounced_at=now)
    merge = pattern(bob, now)

    start_merge(actor=bob, merge=merge, per_minute=30, now=now)
    assert send_due(now=now) == 2
    assert send_due(now=now) == 0

    mails = OutgoingMail.objects.order_by("pk")
    assert [mail.recipients for mail in mails] == [["anna@example.com"], ["carl@example.com"]]
    assert b"Subject: For Anna" in bytes(mails[0].raw)
    assert b"Dear Carl" in bytes(mails[1].raw)
    left_out = dict(merge.recipients.exclude(error="").values_list("name", "error"))
    assert set(left_out) == {"Dan Koval", "Eve Koval"}
    merge.refresh_from_db()
    assert merge.state == "done"
    operation = Operation.objects.get(verb="mails.merged")
    assert (operation.state, operation.done, operation.total) == ("done", 2, 2)


def test_it_keeps_its_pace_and_rests_while_paused(bob, now):
    for n in range(5):
        person(f"N{n}")
    merge = pattern(bob, now)
    start_merge(actor=bob, merge=merge, per_minute=2, now=now)

    assert send_due(now=now) == 2
    assert send_due(now=now + MINUTE / 2) == 0
    pause_merge(actor=bob, merge=merge)
    assert send_due(now=now + 2 * MINUTE) == 0
    sweep(now=now + timedelta(days=1))  # nobody takes it for orphaned
    assert Operation.objects.get(verb="mails.merged").state == "running"
    resume_merge(actor=bob, merge=merge)
    assert send_due(now=now + 2 * MINUTE) == 2
    assert send_due(now=now + 4 * MINUTE) == 1
    assert OutgoingMail.objects.count() == 5


def test_a_stopped_one_sends_no_more(bob, now):
    for n in range(3):
        person(f"N{n}")
    merge = pattern(bob, now)
    start_merge(actor=bob, merge=merge, per_minute=1, now=now)
    send_due(now=now)

    stop_merge(actor=bob, merge=merge, now=now)

    assert send_due(now=now + MINUTE * 2) == 0
    assert Operation.objects.get(verb="mails.merged").state == "cancelled"


def test_it_is_stopped_from_the_operations_page_too(bob, now):
    person("Anna")
    merge = start_merge(actor=bob, merge=pattern(bob, now), per_minute=1, now=now)
    assert merge.operation is not None

    request_cancel(actor=bob, operation=merge.operation, now=now)

    assert send_due(now=now) == 0
    assert MailMerge.objects.get().state == "done"


def test_what_cant_be_filled_is_told_for_that_one_alone(bob, now):
    person("Anna")
    nameless = person("Carl")
    Entity.objects.filter(pk=nameless.pk).update(first_name="")
    merge = pattern(bob, now)

    start_merge(actor=bob, merge=merge, per_minute=30, now=now)
    send_due(now=now)

    assert OutgoingMail.objects.count() == 1
    assert "contact.first_name" in merge.recipients.get(address="carl@example.com").error


def test_who_opts_out_meanwhile_gets_nothing(bob, now):
    anna = person("Anna")
    merge = pattern(bob, now)
    start_merge(actor=bob, merge=merge, per_minute=30, now=now)

    anna.emails.update(opted_out_at=now)
    send_due(now=now)

    assert not OutgoingMail.objects.exists()


def test_only_its_author_steers_it_and_only_whom_they_see_is_written_to(bob, alice, now):
    PersonFactory(primary_email="secret@example.com", folder=FolderFactory(kind="personal", owner=alice))
    person("Anna")
    merge = pattern(bob, now)
    assert [row.address for row in merge.recipients.all()] == ["anna@example.com"]

    with pytest.raises(PermissionDenied):
        start_merge(actor=alice, merge=merge, per_minute=1, now=now)
    with pytest.raises(PermissionDenied):
        stop_merge(actor=alice, merge=merge, now=now)


def test_nobody_to_write_to_is_said(bob, now):
    with pytest.raises(ValidationError, match="None of these"):
        begin_merge(actor=bob, entities=Entity.objects.visible_to(bob), now=now)


def test_from_the_list_to_the_page_that_shows_how_far_it_is(client, bob, alice, now):
    anna = person("Anna")
    mailbox(bob)
    client.force_login(bob)
    assert "Write to them" in client.get("/contacts/").content.decode()

    begun = client.post("/mail/merges/begin/", {"ids": [anna.pk]})
    merge = MailMerge.objects.get()
    page = client.get(begun["Location"]).content.decode()
    assert "One mail to 1 contact" in page
    draft = merge.draft
    form = {
        "version": draft.version,
        "account": draft.account_id,
        "subject": "Hi",
        "body": "<p>Hi {{ contact.first_name }}</p>",
    }
    started = client.post(f"/mail/merges/{merge.pk}/start/", {**form, "per_minute": "5"})
    assert started["Location"] == f"/mail/merges/{merge.pk}/"
    shown = client.get(started["Location"]).content.decode()
    assert escape("anna@example.com") in shown
    client.post(f"/mail/merges/{merge.pk}/pause/")
    merge.refresh_from_db()
    assert (merge.state, merge.per_minute) == ("paused", 5)

    client.force_login(alice)
    assert client.get(f"/mail/merges/{merge.pk}/").status_code == 404
    assert client.post(f"/mail/merges/{merge.pk}/stop/").status_code == 404


def test_a_lost_file_holds_up_no_other_merge(bob, alice, now, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    person("Anna")
    broken = pattern(bob, now)
    added = attach_file(actor=bob, draft=broken.draft, content=b"%PDF-1", filename="a.pdf", now=now)
    assert added.file is not None
    files.path(added.file).unlink()
    start_merge(actor=bob, merge=broken, per_minute=30, now=now)
    good = pattern(alice, now)
    start_merge(actor=alice, merge=good, per_minute=30, now=now)

    send_due(now=now)

    assert [mail.sender for mail in OutgoingMail.objects.all()] == ["alice@example.com"]
    assert set(broken.recipients.values_list("message", flat=True)) == {None}
    assert "error of ours" in broken.recipients.get().error
    assert set(MailMerge.objects.values_list("state", flat=True)) == {"done"}


def test_what_is_being_sent_is_frozen(client, bob, now):
    person("Anna")
    person("Carl")
    merge = pattern(bob, now)
    start_merge(actor=bob, merge=merge, per_minute=1, now=now)
    assert send_due(now=now) == 1
    client.force_login(bob)

    said = {
        "version": merge.draft.version,
        "account": merge.draft.account_id,
        "subject": "Other",
        "body": "<p>Other</p>",
    }
    assert client.post(f"/mail/drafts/{merge.draft_id}/", said).status_code == 409
    assert client.post(f"/mail/merges/{merge.pk}/start/", said).status_code == 302

    assert send_due(now=now + 2 * MINUTE) == 1
    assert [b"Other" in bytes(mail.raw) for mail in OutgoingMail.objects.all()] == [False, False]
