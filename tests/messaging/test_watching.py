"""`watch_mail`: IDLE on many mailboxes in one process, each for itself."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections import Counter

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connections

from apps.core.models import Operation
from apps.core.services import operations
from apps.messaging.models import MailAccount
from apps.messaging.services.sync_locks import account_lock
from apps.messaging.services.syncing import begin_sync, sync_account
from apps.messaging.services.watching import Pace, Watch
from tests.conftest import NOW
from tests.core import processes
from tests.messaging.letters import letter
from tests.messaging.odd_servers import OddServer
from tests.messaging.servers import account_on, stopped

_QUICK = {"look_for_accounts": 0.3, "first_pause": 0.3, "longest_pause": 1.0}


def wait_for(condition, seconds: float = 40.0):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)
    return found


class Watched:
    """A watch in a thread of the test, and what was said on its connections."""

    def __init__(self, **pace) -> None:
        self.lines: list[tuple[int, str]] = []
        self.watch = Watch(pace=Pace(**{**_QUICK, **pace}), say=lambda pk, line: self.lines.append((pk, line)))
        self.thread = threading.Thread(target=self.watch.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error) -> None:
        self.watch.stop()
        self.thread.join(15)
        assert not self.thread.is_alive()
        for watcher in self.watch.watchers.values():
            watcher.join(15)

    def idles(self) -> Counter[int]:
        return Counter(pk for pk, line in list(self.lines) if line.startswith(">") and "IDLE" in line)


@pytest.mark.django_db(transaction=True)
def test_fifty_mailboxes_idle_in_one_process_and_a_hanging_server_delays_none(dovecot, alice, settings):
    settings.RAPPORT_MAIL_TIMEOUT = 20
    with OddServer({1: letter(1)}, silent_after=2) as hanging:
        accounts = [account_on(dovecot, dovecot.add_user(), owner=alice) for _number in range(50)]
        account_on(hanging, "hanging", owner=alice)

        with Watched() as watched:
            wait_for(lambda: len(watched.idles()) == 50, seconds=120)
            delays = []
            for number in (0, 24, 49):
                dovecot.write(accounts[number].login, letter(number + 1))
                began = time.monotonic()
                wait_for(accounts[number].copies.exists)
                delays.append(time.monotonic() - began)

    assert max(delays) < 5  # Dovecot itself takes half a second to notice; this machine is shared
    assert not any('"pw"' in line for _pk, line in watched.lines)


@pytest.mark.django_db(transaction=True)
def test_accounts_come_and_go_and_change_while_it_runs(dovecot, alice):
    with Watched() as watched:
        account = account_on(dovecot, dovecot.add_user(), owner=alice)
        wait_for(lambda: watched.idles()[account.pk] == 1)
        assert cache.get("mailwatch:heartbeat")

        other = account_on(dovecot, dovecot.add_user(), owner=alice, password="wrong")
        wait_for(lambda: other.pk in watched.watch.watchers)
        assert not watched.idles()[other.pk]
        MailAccount.objects.filter(pk=other.pk).update(password=account.password)
        wait_for(lambda: watched.idles()[other.pk] == 1)

        MailAccount.objects.filter(pk=account.pk).update(closed_at=NOW)
        wait_for(lambda: account.pk not in watched.watch.watchers)


@pytest.mark.django_db(transaction=True)
def test_a_dropped_server_comes_back_and_what_came_meanwhile_is_fetched(dovecot, alice):
    account = account_on(dovecot, dovecot.add_user(), owner=alice)
    with Watched() as watched:
        wait_for(lambda: watched.idles()[account.pk] == 1)

        with stopped(dovecot):
            dovecot.write(account.login, letter(1))
            time.sleep(0.5)

        wait_for(account.copies.exists)
        wait_for(lambda: watched.idles()[account.pk] == 2)


@pytest.mark.django_db(transaction=True)
def test_an_idle_is_renewed_before_it_is_cut(dovecot, alice):
    account = account_on(dovecot, dovecot.add_user(), owner=alice)
    with Watched(renew_after=(0.2, 0.4)) as watched:
        wait_for(lambda: watched.idles()[account.pk] >= 3)

    said = [line for _pk, line in watched.lines]
    assert any("NOOP" in line for line in said)


@pytest.mark.django_db(transaction=True)
def test_a_signal_ends_the_command_at_once(dovecot, alice, tmp_path):
    account = account_on(dovecot, dovecot.add_user(), owner=alice)
    log = tmp_path / "protocol.log"
    variables = {"RAPPORT_PRIVATE_NETWORKS": "127.0.0.0/8"}
    process = processes.start("django", "watch_mail", "--log", str(log), variables=variables)
    try:
        wait_for(lambda: log.exists() and f" {account.pk} > " in log.read_text() and "IDLE" in log.read_text())
        dovecot.write(account.login, letter(1))
        wait_for(account.copies.exists)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)

        assert process.wait(20) == 0
        assert time.monotonic() - began < 10  # an IDLE lasts nine minutes at least
    finally:
        process.kill()
        process.wait()


@pytest.mark.django_db(transaction=True)
def test_the_button_fetches_in_the_background_and_counts(dovecot, alice):
    user = dovecot.add_user()
    for number in range(1, 4):
        dovecot.write(user, letter(number))
    account = account_on(dovecot, user, owner=alice)

    operation = begin_sync(actor=alice, account=account, now=NOW)
    operations.run(operation_id=operation.pk, now=NOW)
    operation.refresh_from_db()

    assert (operation.state, operation.done, operation.total) == (Operation.State.DONE, 3, 3)
    assert operation.message == "Messages 3 of 3"
    assert operation.result["stored"] == 3
    connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_the_bar_counts_also_what_another_worker_fetches(dovecot, alice):
    user = dovecot.add_user()
    for number in range(1, 4):
        dovecot.write(user, letter(number))
    account = account_on(dovecot, user, owner=alice)
    sync_account(account, now=NOW)
    operation = begin_sync(actor=alice, account=account, now=NOW)

    def work() -> None:
        operations.run(operation_id=operation.pk, now=NOW)
        connections.close_all()

    worker = threading.Thread(target=work)
    with account_lock(account.pk):
        worker.start()
        row = Operation.objects.filter(pk=operation.pk)
        wait_for(row.filter(message="Being fetched already: messages 3 of 3", done=3, total=3).exists)
    worker.join(20)

    operation.refresh_from_db()
    assert (operation.state, operation.done) == (Operation.State.DONE, 3)


@pytest.mark.django_db
def test_the_button_says_what_is_wrong(dovecot, alice):
    account = account_on(dovecot, dovecot.add_user(), owner=alice, password="wrong")

    operation = begin_sync(actor=alice, account=account, now=NOW)
    operations.run(operation_id=operation.pk, now=NOW)
    operation.refresh_from_db()

    assert operation.state == Operation.State.FAILED
    assert "refused the sign-in" in operation.message


@pytest.mark.django_db
def test_the_command_fetches_all_mailboxes_and_tells_of_each(dovecot, alice, bob, capsys):
    good, bad = dovecot.add_user(), dovecot.add_user()
    dovecot.write(good, letter(1))
    account_on(dovecot, good, owner=alice)
    account_on(dovecot, bad, owner=bob, password="wrong")

    with pytest.raises(SystemExit) as ended:
        call_command("sync_mail", "--json")

    told = {row["account"]: row for row in json.loads(capsys.readouterr().out)["accounts"]}
    assert ended.value.code == 2
    assert told[f"{good}@example.com"]["stored"] == 1
    assert "refused the sign-in" in told[f"{bad}@example.com"]["error"]
    call_command("sync_mail", "--account", f"{good}@example.com")
    assert "stored 0" in capsys.readouterr().out
