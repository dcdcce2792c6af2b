"""Raw bytes to rows: once each, in their places and threads."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.core.models import File
from apps.core.services import files
from apps.messaging.models import MailCopy, MailMessage, Thread, ThreadState
from apps.messaging.services.storing import Incoming, store
from tests.messaging.mails import arrive, make_account, make_folder, raw_mail

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def account(bob):
    return make_account(bob)


def test_a_message_is_kept_with_its_raw_bytes_its_people_and_its_place(account, now):
    raw = raw_mail("The frames are ready.\n", to="bob@rapport.example, Ann <ANN@Example.com>")

    [stored] = arrive(account, raw)

    mail = MailMessage.objects.get()
    assert stored.is_new
    assert stored.is_first
    assert (mail.message_id, mail.subject, mail.text.strip()) == (
        "one@vikna.example",
        "Windows",
        "The frames are ready.",
    )
    assert mail.raw is not None
    assert files.path(mail.raw).read_bytes() == raw
    assert list(mail.addresses.order_by("position").values_list("role", "name", "address")) == [
        ("from", "Olena Koval", "olena@vikna.example"),
        ("to", "", "bob@rapport.example"),
        ("to", "Ann", "ann@example.com"),
    ]
    copy = account.copies.get()
    assert (copy.folder.role, copy.uid, copy.uidvalidity, copy.is_seen) == ("inbox", 1, 7, False)
    assert copy.received_at == now - timedelta(hours=1)


def test_again_it_changes_nothing(account):
    raw = raw_mail()
    arrive(account, raw)

    [again] = arrive(account, raw, uid=1)

    assert not again.is_new
    assert MailMessage.objects.count() == MailCopy.objects.count() == File.objects.filter(size=len(raw)).count() == 1


def test_two_mailboxes_share_one_message_and_each_has_its_own_copy(account, alice):
    hers = make_account(alice, "alice@rapport.example")
    raw = raw_mail(to="bob@rapport.example, alice@rapport.example")
    arrive(account, b"Received: from one\r\n" + raw)

    [stored] = arrive(hers, b"Received: from another\r\n" + raw)

    assert (stored.is_new, stored.is_first) == (True, False)
    assert MailMessage.objects.get().copies.count() == 2


def test_a_forged_id_makes_no_other_message_of_it(account):
    arrive(account, raw_mail("Pay to account 1"), raw_mail("Pay to account 2", sender="eve@evil.example"))

    assert MailMessage.objects.filter(message_id="one@vikna.example").count() == 2


def test_a_folder_that_counts_anew_moves_copies_instead_of_doubling_them(account, now):
    raw = raw_mail()
    arrive(account, raw)
    account.copies.update(is_flagged=True, is_dirty=True)
    folder = make_folder(account)

    [stored] = store(account, [Incoming(raw, folder, uid=90, uidvalidity=8)], now=now)

    copy = account.copies.get()
    assert not stored.is_new
    assert (copy.uid, copy.uidvalidity) == (90, 8)
    assert (copy.is_flagged, copy.is_dirty) == (True, True)  # what the server doesn't know yet stands


def test_what_was_deleted_here_stays_deleted_wherever_the_server_shows_it(account, now):
    raw = raw_mail()
    arrive(account, raw)
    account.copies.update(deleted_at=now)

    [stored] = arrive(account, raw, role="trash")

    assert not stored.is_new
    assert account.copies.filter(deleted_at=None).count() == 0
    assert not account.threads.exists()


def test_our_own_mail_comes_back_from_the_sent_folder_to_the_row_it_has(account, now):
    raw = raw_mail("As agreed", sender="bob@rapport.example", to="olena@vikna.example", id="out@rapport.example")
    [sent] = store(account, [Incoming(raw, None)], now=now)
    account.copies.update(is_dirty=True)  # to be put into the Sent folder
    rewritten = raw.replace(b"As agreed", b"As agreed\r\n--\r\nsent by our server")

    [stored] = arrive(account, rewritten, role="sent")

    assert stored.message == sent.message
    copy = account.copies.get()
    assert (copy.folder.role, copy.uid, copy.is_dirty) == ("sent", 1, False)
    assert (sent.message.is_outgoing, sent.message.state) == (True, "sent")


def test_a_stranger_who_knows_the_id_of_our_mail_gets_a_row_of_his_own(account, now):
    raw = raw_mail("As agreed", sender="bob@rapport.example", to="olena@vikna.example", id="out@rapport.example")
    [sent] = store(account, [Incoming(raw, None)], now=now)

    [forged] = arrive(account, raw.replace(b"agreed", b"forged"))

    assert forged.message != sent.message
    assert not forged.message.is_outgoing


def test_what_no_table_takes_is_kept_raw_and_stops_nobody(account):
    good, bad = raw_mail(), b"\x00\xff\xfe" * 50
    nul = raw_mail("null", id="two@vikna.example").replace(b"null", b"nu\x00ll").replace(b"Windows", b"Win\x00dows")

    stored = arrive(account, good, bad, nul)

    assert [each.message.is_broken for each in stored][:2] == [False, True]
    assert [files.path(each.message.raw).read_bytes() for each in stored if each.message.raw] == [good, bad, nul]
    assert MailMessage.objects.get(message_id="two@vikna.example").subject.startswith("Win")


def test_dates_of_sender_clocks_gone_wrong_are_not_believed(account, now):
    arrive(account, raw_mail(at=now + timedelta(days=400)), raw_mail(id="old", at=now.replace(year=1970)))

    assert set(MailMessage.objects.values_list("happened_at", flat=True)) == {now}
    folder = make_folder(account)
    late = Incoming(raw_mail(id="late", at=now + timedelta(days=3)), folder, uid=9, uidvalidity=7, received_at=now)
    [stored] = store(account, [late], now=now)
    assert stored.message.happened_at == now


def test_answers_join_their_thread_whatever_comes_first(account, now):
    first = raw_mail(id="1@x")
    third = raw_mail(
        id="3@x", subject="Re: something else", headers={"In-Reply-To": "<2@x>", "References": "<1@x> <2@x>"}
    )
    second = raw_mail(id="2@x", subject="Re: another", headers={"In-Reply-To": "<1@x>"})
    for raw in (third, first, second):
        arrive(account, raw)

    assert Thread.objects.count() == 1


def test_two_halves_of_a_thread_are_joined_by_the_mail_between(account):
    arrive(account, raw_mail(id="5@x", subject="Re: b", headers={"In-Reply-To": "<4@x>"}))
    arrive(account, raw_mail(id="3@x", subject="Re: a", headers={"In-Reply-To": "<2@x>"}))
    assert Thread.objects.count() == 2

    arrive(account, raw_mail(id="4@x", subject="Re: c", headers={"In-Reply-To": "<3@x>"}))

    assert Thread.objects.count() == 1
    assert ThreadState.objects.get().message_count == 3


def test_an_answer_finds_its_thread_after_the_mail_is_gone(account):
    [stored] = arrive(account, raw_mail(id="1@x"))
    account.copies.all().delete()
    MailMessage.objects.all().delete()

    [answer] = arrive(account, raw_mail(id="2@x", subject="Other", headers={"In-Reply-To": "<1@x>"}))

    assert answer.message.thread_id == stored.message.thread_id


def test_the_same_subject_is_one_thread_among_the_same_people_within_a_month(account, now):
    [first] = arrive(account, raw_mail(id="1@x", at=now - timedelta(days=60)))
    [late, other, near] = arrive(
        account,
        raw_mail(id="2@x", subject="Re: Windows", at=now - timedelta(days=20)),
        raw_mail(id="3@x", subject="Re: Windows", sender="petro@else.example", at=now - timedelta(days=19)),
        raw_mail(id="4@x", subject="AW: windows", at=now - timedelta(days=1)),
    )

    threads = [each.message.thread_id for each in (first, late, other, near)]
    assert threads[1] == threads[3]
    assert len(set(threads)) == 3
    [fresh] = arrive(account, raw_mail(id="5@x", at=now))
    assert fresh.message.thread_id not in threads  # a usual subject, and no answer


def test_the_list_row_tells_of_the_thread(account, now):
    arrive(account, raw_mail("First question", id="1@x", at=now - timedelta(hours=3)))
    arrive(
        account,
        raw_mail("My answer", id="2@x", sender="bob@rapport.example", to="olena@vikna.example", subject="Re: Windows",
                 at=now - timedelta(hours=2)),
        role="sent",
    )  # fmt: skip
    state = account.threads.get()
    assert (state.people, state.message_count, state.unread_count) == ("Olena Koval", 2, 1)
    assert (state.snippet, state.needs_answer) == ("My answer", False)

    ThreadState.objects.update(snoozed_until=now + timedelta(days=1), is_archived=True)
    arrive(account, raw_mail("And the price?", id="3@x", subject="Re: Windows"))

    state.refresh_from_db()
    assert (state.snippet, state.needs_answer, state.unread_count) == ("And the price?", True, 2)
    assert (state.snoozed_until, state.is_archived) == (None, False)
    assert state.last_at == now - timedelta(hours=1)


def test_what_a_program_wrote_needs_no_answer(account):
    arrive(account, raw_mail(headers={"List-Unsubscribe": "<mailto:off@x>"}))

    assert not account.threads.get().needs_answer


def test_a_portion_takes_few_statements(account, django_assert_max_num_queries, now):
    folder = make_folder(account)
    account.unknown_senders = "never"
    raws = [raw_mail(id=f"{n}@x", subject=f"Offer {n}", sender=f"p{n % 40}@vikna.example") for n in range(200)]
    items = [Incoming(raw, folder, uid=n + 1, uidvalidity=7) for n, raw in enumerate(raws)]

    # One asks whether mailings came back, one whether campaigns are answered, one whether rules wait for mail.
    with django_assert_max_num_queries(43):
        stored = store(account, items, now=now)

    assert len({each.message.pk for each in stored}) == 200


def test_the_row_shows_an_answers_own_words(account):
    quoting = "Agreed.\n\nOn Mon, 2 Nov 2026, Bob <bob@rapport.example> wrote:\n> Is it white?\n"
    arrive(account, raw_mail(quoting, id="2@x", subject="Re: Windows", headers={"In-Reply-To": "<1@x>"}))

    assert MailMessage.objects.get().snippet == "Agreed."
