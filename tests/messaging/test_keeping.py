"""What is archived or called spam here lies there on the server too, and comes back from there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.activities.models import Activity
from apps.core.models import Operation
from apps.core.services.operations import undo
from apps.messaging.models import MailAccount, ThreadState
from apps.messaging.services.copies import trash_threads
from apps.messaging.services.sync_times import take_due
from apps.messaging.services.syncing import sync_account
from apps.messaging.services.thread_states import refresh_states
from apps.messaging.services.threads import archive_threads, junk_threads
from tests.conftest import NOW
from tests.messaging.letters import letter
from tests.messaging.servers import account_on
from tests.messaging.test_syncing import at_server

pytestmark = pytest.mark.django_db

ARCHIVE, SPAM = "Archive", "Junk"


@pytest.fixture
def account(dovecot, alice) -> MailAccount:
    """A mailbox with an archive and a folder for spam, and one mail in its inbox."""
    user = dovecot.add_user()
    dovecot.write(user, letter(1, sender="Olena Petrenko <olena@vikna.example>"))
    for folder in (ARCHIVE, SPAM):
        dovecot.make_folder(user, folder)
    account = account_on(dovecot, user, owner=alice)
    sync_account(account, now=NOW)
    return account


def rows(account):
    return ThreadState.objects.filter(account=account)


def operation(pk: int | None) -> Operation:
    assert pk is not None
    return Operation.objects.get(pk=pk)


def there(account) -> dict[str, int]:
    return {
        folder: len(at_server(account, lambda client: client.search(), folder)) for folder in ("INBOX", ARCHIVE, SPAM)
    }


def only_in(folder: str) -> dict[str, int]:
    return {each: int(each == folder) for each in ("INBOX", ARCHIVE, SPAM)}


@pytest.mark.parametrize(("deed", "folder"), [(archive_threads, ARCHIVE), (junk_threads, SPAM)])
def test_it_lies_there_on_the_server_with_the_next_sync_and_comes_back_by_undo(account, alice, deed, folder):
    operation_id = deed(actor=alice, states=rows(account), now=NOW)
    refresh_states(rows(account).values_list("account", "thread"), now=NOW)
    assert there(account) == only_in("INBOX")
    for _again in range(2):
        sync_account(account, now=NOW)

    assert there(account) == only_in(folder)
    assert account.copies.get().folder.name == folder
    assert (rows(account).get().is_archived, rows(account).get().is_junk) == (folder == ARCHIVE, folder == SPAM)

    undo(actor=alice, operation=operation(operation_id), now=NOW)
    assert (rows(account).get().is_archived, rows(account).get().is_junk) == (False, False)
    for _again in range(2):
        sync_account(account, now=NOW)

    assert there(account) == only_in("INBOX")
    copy, row = account.copies.get(), rows(account).get()
    assert (copy.folder.role, copy.is_dirty, copy.moved_from) == ("inbox", False, None)
    assert (row.is_archived, row.is_junk, row.message_count) == (False, False, 1)


def test_taken_back_before_the_sync_nothing_moves(account, alice):
    operation_id = archive_threads(actor=alice, states=rows(account), now=NOW)
    undo(actor=alice, operation=operation(operation_id), now=NOW)

    sync_account(account, now=NOW)

    assert there(account) == only_in("INBOX")
    assert not account.copies.filter(is_dirty=True).exists()


def test_out_of_the_archive_of_another_program_it_comes_into_the_inbox_and_undo_puts_it_back(dovecot, account, alice):
    dovecot.write(account.login, letter(2), folder=ARCHIVE)
    sync_account(account, now=NOW)
    state = rows(account).filter(thread__subject="Question 2")
    assert state.get().is_archived

    operation_id = archive_threads(actor=alice, states=state, now=NOW, back=True)
    refresh_states(state.values_list("account", "thread"), now=NOW)
    assert not state.get().is_archived
    sync_account(account, now=NOW)
    assert there(account) == {"INBOX": 2, ARCHIVE: 0, SPAM: 0}
    assert not state.get().is_archived

    undo(actor=alice, operation=operation(operation_id), now=NOW)
    sync_account(account, now=NOW)
    assert there(account) == {"INBOX": 1, ARCHIVE: 1, SPAM: 0}
    assert state.get().is_archived


def test_what_is_no_spam_after_all_enters_the_history(dovecot, alice):
    user = dovecot.add_user()
    dovecot.write(user, letter(1, sender="Olena Petrenko <olena@vikna.example>"), folder=SPAM)
    account = account_on(dovecot, user, owner=alice)
    sync_account(account, now=NOW)
    assert not Activity.objects.filter(kind="mail").exists()

    junk_threads(actor=alice, states=rows(account), now=NOW, back=True)
    sync_account(account, now=NOW)

    assert Activity.objects.filter(kind="mail").count() == 1
    assert not rows(account).get().is_junk


def test_what_was_thrown_away_meanwhile_goes_on_to_the_archive_once_it_is_back(account, alice):
    archive_threads(actor=alice, states=rows(account), now=NOW)
    operation_id = trash_threads(actor=alice, states=rows(account), now=NOW)
    sync_account(account, now=NOW)
    assert sum(there(account).values()) == 0

    undo(actor=alice, operation=operation(operation_id), now=NOW)
    for _again in range(3):
        sync_account(account, now=NOW)

    assert there(account) == only_in(ARCHIVE)
    assert not account.copies.filter(is_dirty=True).exists()


def test_what_another_program_moved_first_is_left_where_it_lies(account, alice):
    archive_threads(actor=alice, states=rows(account), now=NOW)
    at_server(account, lambda client: client.move(client.search(), SPAM))

    for _again in range(2):
        sync_account(account, now=NOW)

    assert there(account) == only_in(SPAM)
    assert account.folders.get(copies__isnull=False).name == SPAM


def test_a_server_that_neither_moves_nor_names_the_new_place(pymap, alice):
    user = pymap.add_user()
    pymap.write(user, letter(1))
    pymap.make_folder(user, ARCHIVE)
    account = account_on(pymap, user, owner=alice)
    sync_account(account, now=NOW)

    archive_threads(actor=alice, states=rows(account), now=NOW)
    for _again in range(2):
        sync_account(account, now=NOW)

    assert account.folders.get(copies__isnull=False).name == ARCHIVE
    assert rows(account).get().is_archived


def test_a_server_without_such_a_folder_is_told_plainly(dovecot, alice, client):
    user = dovecot.add_user()
    dovecot.write(user, letter(1))
    account = account_on(dovecot, user, owner=alice)
    sync_account(account, now=NOW)
    account.folders.exclude(role="inbox").delete()
    client.force_login(alice)

    page = client.post(
        reverse("messaging:thread_act", args=[rows(account).get().thread_id, "archive"]), follow=True
    ).content.decode()

    assert f"The server of {account.address} has no archive folder" in page
    assert rows(account).get().is_archived
    assert not account.copies.filter(is_dirty=True).exists()


def test_the_server_hears_of_it_with_the_next_round_not_in_a_while(account, alice):
    account.refresh_from_db()
    assert account.next_sync_at > NOW + timedelta(minutes=4)

    archive_threads(actor=alice, states=rows(account), now=NOW)

    assert take_due(now=NOW) == []  # it may be taken back
    assert take_due(now=NOW + timedelta(minutes=1)) == [account.pk]


def test_a_server_that_fails_is_left_alone_all_the_same(account, alice):
    MailAccount.objects.filter(pk=account.pk).update(failures=3, next_sync_at=NOW + timedelta(hours=1))

    trash_threads(actor=alice, states=rows(account), now=NOW)

    assert take_due(now=NOW + timedelta(minutes=1)) == []
