"""A mailbox is brought in line with its server: all of it, once, both ways."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from apps.core import clock
from apps.core.models import Operation
from apps.core.services import files
from apps.core.services.operations import OperationCancelled, Progress, undo
from apps.messaging.models import MailCopy, MailFolder, MailMessage, ThreadState
from apps.messaging.services import fetching, sync_changes
from apps.messaging.services.connections import open_imap
from apps.messaging.services.copies import trash_threads
from apps.messaging.services.problems import MailServerProblem
from apps.messaging.services.sync_locks import SyncUnderWay, account_lock
from apps.messaging.services.sync_times import take_due
from apps.messaging.services.syncing import begin_sync, sync_account
from tests.conftest import NOW
from tests.messaging.letters import letter
from tests.messaging.servers import account_on

pytestmark = pytest.mark.django_db


def subjects(account) -> list[str]:
    return sorted(account.copies.present().values_list("message__subject", flat=True))


def flags_on(server_account, folder="INBOX") -> dict[int, set[bytes]]:
    with open_imap(server_account) as client:
        client.select_folder(folder, readonly=True)
        return {
            uid: set(row[b"FLAGS"]) - {b"\\Recent"} for uid, row in client.fetch(client.search(), ["FLAGS"]).items()
        }


def at_server(account, deed, folder="INBOX"):
    """What another mail program of the same person does."""
    with open_imap(account) as client:
        client.select_folder(folder)
        return deed(client)


@pytest.mark.parametrize("kind", ["dovecot", "pymap"])
def test_all_mail_comes_once_with_its_flags(request, kind, alice):
    server = request.getfixturevalue(kind)
    user = server.add_user()
    server.write(user, letter(1), flags=("\\Seen", "\\Answered"))
    server.write(user, letter(2))
    server.write(user, letter(3), folder="Projects", flags=("\\Flagged",))
    account = account_on(server, user, owner=alice)

    first = sync_account(account, now=NOW)
    second = sync_account(account, now=NOW)

    assert (first.stored, second.stored) == (3, 0)
    assert subjects(account) == ["Question 1", "Question 2", "Question 3"]
    seen = account.copies.get(message__subject="Question 1")
    assert (seen.is_seen, seen.is_answered, seen.is_flagged) == (True, True, False)
    assert account.copies.filter(message__subject="Question 3", folder__name__endswith="Projects").exists()
    account.refresh_from_db()
    assert account.synced_at == NOW


@pytest.mark.parametrize("kind", ["dovecot", "pymap"])
def test_what_comes_later_and_what_changes_there_is_found(request, kind, alice):
    server = request.getfixturevalue(kind)
    user = server.add_user()
    for number in (1, 2, 3):
        server.write(user, letter(number))
    account = account_on(server, user, owner=alice)
    sync_account(account, now=NOW)

    server.write(user, letter(4))
    uid = account.copies.get(message__subject="Question 2").uid
    gone = account.copies.get(message__subject="Question 3").uid
    at_server(account, lambda client: client.add_flags([uid], ["\\Seen", "urgent"]))
    at_server(account, lambda client: (client.add_flags([gone], ["\\Deleted"]), client.expunge()))
    sync_account(account, now=NOW)

    assert subjects(account) == ["Question 1", "Question 2", "Question 4"]
    changed = account.copies.get(message__subject="Question 2")
    assert changed.is_seen
    assert changed.keywords in (["urgent"], [])  # a server need not keep keywords
    assert ThreadState.objects.get(account=account, thread=changed.thread).unread_count == 0


def test_changes_are_asked_for_range_by_range(dovecot, alice, monkeypatch):
    monkeypatch.setattr(sync_changes, "_RANGE", 2)
    user = dovecot.add_user()
    for number in range(7):
        dovecot.write(user, letter(number))
    account = account_on(dovecot, user, owner=alice)
    for _again in range(2):
        sync_account(account, now=NOW)

    at_server(account, lambda client: client.add_flags(client.search(), ["\\Seen"]))
    sync_account(account, now=NOW)

    assert account.copies.filter(is_seen=True).count() == 7


def test_folders_are_known_by_what_they_are_for(dovecot, alice):
    user = dovecot.add_user()
    dovecot.write(user, letter(1), folder="Drafts")
    dovecot.make_folder(user, "&BBAEQARFBEYEMg-")  # "Архів" in the protocol's spelling
    account = account_on(dovecot, user, owner=alice)

    sync_account(account, now=NOW)

    roles = dict(account.folders.values_list("name", "role"))
    assert roles | {"INBOX": "inbox", "Sent": "sent", "Trash": "trash", "Drafts": "drafts", "Junk": "junk"} == roles
    assert not account.folders.get(role=MailFolder.Role.DRAFTS).is_synced
    assert subjects(account) == []


def test_a_mail_moved_elsewhere_stays_one_mail(dovecot, alice):
    user = dovecot.add_user()
    dovecot.write(user, letter(1))
    dovecot.make_folder(user, "Projects")
    account = account_on(dovecot, user, owner=alice)
    sync_account(account, now=NOW)
    uid = account.copies.get().uid

    at_server(account, lambda client: client.move([uid], "Projects"))
    sync_account(account, now=NOW)

    copy = account.copies.get()
    assert copy.folder == account.folders.get(name="Projects")
    assert copy.deleted_at is None
    assert MailMessage.objects.count() == 1


class Cut(Progress):
    """Stops after so many messages, as a restart would."""

    def __init__(self, after: int) -> None:
        super().__init__(Operation())
        self.after = after
        self.words: list[str] = []

    def at(self, done: int, message: str = "") -> None:
        super().at(done, message)
        self.words.append(message)

    def check_cancelled(self) -> None:
        if self.done >= self.after:
            raise OperationCancelled


def test_a_first_sync_cut_half_way_goes_on_where_it_stood(dovecot, alice, monkeypatch):
    monkeypatch.setattr(fetching, "PORTION", 10)
    user = dovecot.add_user()
    for number in range(1, 36):
        dovecot.write(user, letter(number))
    account = account_on(dovecot, user, owner=alice)

    cut = Cut(after=10)
    with pytest.raises(OperationCancelled):
        sync_account(account, now=NOW, progress=cut)
    assert cut.words == ["Messages 10 of 35"]
    newest = set(account.copies.values_list("message__subject", flat=True))
    assert newest == {f"Question {number}" for number in range(26, 36)}
    dovecot.write(user, letter(36))
    rest = sync_account(account, now=NOW)

    assert (rest.seen, rest.stored) == (26, 26)
    assert account.copies.count() == 36
    folder = account.folders.get(role="inbox")
    assert folder.backfill_uid is None


def test_a_folder_that_counts_anew_gives_nothing_twice(dovecot, alice):
    user = dovecot.add_user()
    paths = [dovecot.write(user, letter(number)) for number in (1, 2, 3)]
    account = account_on(dovecot, user, owner=alice)
    sync_account(account, now=NOW)
    before = set(account.copies.values_list("pk", flat=True))
    old = account.folders.get(role="inbox").uidvalidity

    for name in ("dovecot-uidlist", "dovecot.index", "dovecot.index.log", "dovecot.index.cache", "dovecot-uidvalidity"):
        (dovecot.maildir(user) / name).unlink(missing_ok=True)
    for path in dovecot.maildir(user).glob("dovecot-uidvalidity.*"):
        path.unlink()
    (dovecot.maildir(user) / "dovecot-uidlist").write_text("3 V99 N8 G0123456789abcdef0123456789abcdef\n")
    dovecot.write(user, letter(4))
    again = sync_account(account, now=NOW)

    folder = account.folders.get(role="inbox")
    assert len(paths) == 3
    assert folder.uidvalidity != old
    assert again.stored == 1
    assert before < set(account.copies.values_list("pk", flat=True))
    assert account.copies.count() == 4
    assert set(account.copies.values_list("uidvalidity", flat=True)) == {folder.uidvalidity}


def test_broken_mail_stops_nothing(dovecot, alice):
    user = dovecot.add_user()
    for raw in (
        b"",
        b"\n",
        b"no header at all",
        b"From: \xff\xfe\r\nContent-Type: multipart/mixed\r\n\r\n--",
        letter(1),
    ):
        dovecot.write(user, raw)
    account = account_on(dovecot, user, owner=alice)

    counts = sync_account(account, now=NOW)

    assert counts.is_complete
    assert "Question 1" in subjects(account)
    assert account.copies.count() >= 4


def test_a_mail_beyond_the_limit_keeps_its_header(dovecot, alice, settings):
    settings.RAPPORT_MAIL_LARGEST = 100_000
    user = dovecot.add_user()
    dovecot.write(user, letter(1, text="x" * 70 + "\n" + ("y" * 70 + "\n") * 3000))
    dovecot.write(user, letter(2))
    account = account_on(dovecot, user, owner=alice)

    sync_account(account, now=NOW)

    assert subjects(account) == ["Question 1", "Question 2"]
    large = MailMessage.objects.get(subject="Question 1")
    assert "left on the server" in large.text
    assert large.size < 2000


def test_flags_set_here_reach_the_server(dovecot, alice):
    user = dovecot.add_user()
    dovecot.write(user, letter(1))
    dovecot.write(user, letter(2), flags=("\\Seen",))
    account = account_on(dovecot, user, owner=alice)
    sync_account(account, now=NOW)
    one, two = account.copies.order_by("message__subject")

    MailCopy.objects.filter(pk=one.pk).update(is_seen=True, is_flagged=True, is_dirty=True)
    MailCopy.objects.filter(pk=two.pk).update(is_seen=False, is_dirty=True)
    sync_account(account, now=NOW)

    assert flags_on(account) == {one.uid: {b"\\Seen", b"\\Flagged"}, two.uid: set()}
    assert not account.copies.filter(is_dirty=True).exists()
    assert account.copies.get(pk=one.pk).is_flagged


def test_what_was_deleted_here_lies_in_the_trash_there_and_does_not_come_back(dovecot, alice):
    user = dovecot.add_user()
    dovecot.write(user, letter(1))
    dovecot.write(user, letter(2))
    account = account_on(dovecot, user, owner=alice)
    sync_account(account, now=NOW)
    copy = account.copies.get(message__subject="Question 1")

    MailCopy.objects.filter(pk=copy.pk).update(deleted_at=NOW, is_dirty=True)
    for _again in range(2):
        sync_account(account, now=NOW)

    assert set(flags_on(account)) == {account.copies.get(message__subject="Question 2").uid}
    assert len(flags_on(account, "Trash")) == 1
    tombstone = account.copies.get(message__subject="Question 1")
    assert (tombstone.pk, tombstone.is_dirty) == (copy.pk, False)
    assert tombstone.folder == account.folders.get(role="trash")
    assert subjects(account) == ["Question 2"]

    at_server(account, lambda client: (client.delete_messages(client.search()), client.expunge()), "Trash")
    dovecot.write(user, letter(1))
    sync_account(account, now=NOW)

    assert subjects(account) == ["Question 2"]


def test_a_deletion_taken_back_brings_the_mail_out_of_the_trash(dovecot, alice):
    user = dovecot.add_user()
    dovecot.write(user, letter(1))
    account = account_on(dovecot, user, owner=alice)
    sync_account(account, now=NOW)
    operation_id = trash_threads(actor=alice, states=ThreadState.objects.filter(account=account), now=NOW) or 0
    sync_account(account, now=NOW)
    assert not ThreadState.objects.filter(account=account).exists()

    undo(actor=alice, operation=Operation.objects.get(pk=operation_id), now=NOW)
    assert ThreadState.objects.get(account=account).message_count == 1
    sync_account(account, now=NOW)

    assert account.copies.get().folder == account.folders.get(role="inbox")
    assert (len(flags_on(account)), flags_on(account, "Trash")) == (1, {})
    assert ThreadState.objects.get(account=account).message_count == 1


def test_sent_mail_is_put_into_the_sent_folder_once(dovecot, alice):
    user = dovecot.add_user()
    account = account_on(dovecot, user, owner=alice)
    sync_account(account, now=NOW)
    copy = make_sent(account)

    sync_account(account, now=NOW)
    # A worker that died between the server's answer and its own commit.
    MailCopy.objects.filter(pk=copy.pk).update(folder=None, uid=None, uidvalidity=None, is_dirty=True)
    sync_account(account, now=NOW)
    sync_account(account, now=NOW)

    assert list(flags_on(account, "Sent").values()) == [{b"\\Seen"}]
    kept = account.copies.get()
    assert (kept.pk, kept.is_dirty) == (copy.pk, False)
    assert kept.folder == account.folders.get(role="sent")


def make_sent(account) -> MailCopy:
    from apps.messaging.models import Thread

    raw = letter(7, message_id="<sent-7@example.com>", sender=account.address)
    thread = Thread.objects.create(subject="Question 7", last_at=NOW, created_at=NOW)
    message = MailMessage.objects.create(
        thread=thread,
        message_id="sent-7@example.com",
        digest="d",
        state=MailMessage.State.SENT,
        is_outgoing=True,
        sender_address=account.address,
        subject="Question 7",
        raw=files.store(raw, mime_type="message/rfc822", now=NOW),
        happened_at=NOW,
        created_at=NOW,
    )
    return MailCopy.objects.create(account=account, message=message, thread=thread, received_at=NOW, is_dirty=True)


def test_two_workers_never_sync_one_mailbox_at_once(dovecot, alice):
    account = account_on(dovecot, dovecot.add_user(), owner=alice)

    with account_lock(account.pk), pytest.raises(SyncUnderWay):
        sync_account(account, now=NOW)

    sync_account(account, now=NOW)


def test_mail_that_comes_amid_a_sync_is_found_by_the_next(dovecot, alice):
    user = dovecot.add_user()
    dovecot.write(user, letter(1))
    account = account_on(dovecot, user, owner=alice)
    sync_account(account, now=NOW)
    dovecot.write(user, letter(2))

    class Late(Progress):
        def check_cancelled(self) -> None:
            """After the folder was looked through, before its changes are."""
            dovecot.write(user, letter(3))

    sync_account(account, now=NOW, progress=Late(Operation()))
    sync_account(account, now=NOW)

    assert subjects(account) == ["Question 1", "Question 2", "Question 3"]


def test_a_failing_server_is_left_alone_for_longer_and_longer(dovecot, alice):
    account = account_on(dovecot, dovecot.add_user(), owner=alice, password="wrong")

    pauses = []
    for _again in range(2):
        with pytest.raises(MailServerProblem):
            sync_account(account, now=NOW)
        account.refresh_from_db()
        assert account.next_sync_at is not None
        pauses.append(account.next_sync_at - clock.now())

    assert "refused the sign-in" in account.last_error
    assert account.failing_since is not None
    assert account.failures == 2
    assert min(pauses) > timedelta(minutes=40)  # so that nobody is locked out
    assert take_due(now=NOW) == []


def test_due_accounts_are_taken_once(dovecot, alice):
    account = account_on(dovecot, dovecot.add_user(), owner=alice)
    closed = account_on(dovecot, dovecot.add_user(), owner=alice, closed_at=NOW)

    assert take_due(now=NOW) == [account.pk]
    assert take_due(now=NOW) == []
    assert take_due(now=NOW + timedelta(minutes=5)) == [account.pk]
    assert closed.pk


def test_only_its_readers_fetch_a_mailbox(dovecot, alice, bob):
    account = account_on(dovecot, dovecot.add_user(), owner=alice)

    operation = begin_sync(actor=alice, account=account, now=NOW)
    with pytest.raises(PermissionDenied):
        begin_sync(actor=bob, account=account, now=NOW)

    assert operation.verb == "mail.synced"
