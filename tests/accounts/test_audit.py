from __future__ import annotations

import threading
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from apps.accounts.models import AuditEvent, Team, TeamMembership
from apps.accounts.selectors import audit_events_for
from apps.accounts.services.audit import record_event, verify_chain

pytestmark = pytest.mark.django_db


def record(actor, now, verb="thing.revealed", **kwargs):
    return record_event(actor=actor, verb=verb, now=now, **kwargs)


def as_owner(sql, *params):
    """What somebody with the owner's password could do."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(sql, params)
        cursor.execute("SET ROLE rapport_web")


def test_each_event_holds_on_to_the_one_before(bob, now):
    first = record(bob, now)
    second = record(None, now + timedelta(seconds=1), record=bob, details={"count": 3})

    assert second.previous_hash == first.hash
    report = verify_chain()
    assert (report.ok, report.checked, report.head_id, report.head_hash) == (True, 2, second.pk, second.hash)


def test_an_empty_trail_is_in_order(db):
    assert verify_chain().ok


def test_the_application_can_only_add(bob, now):
    record(bob, now)

    for deed in (
        lambda: AuditEvent.objects.update(verb="nothing"),
        lambda: AuditEvent.objects.all().delete(),
        lambda: connection.cursor().execute("TRUNCATE accounts_auditevent"),
    ):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            deed()
    assert verify_chain().checked == 1


@pytest.mark.parametrize(
    "change",
    [
        "verb = 'user.signed_in'",
        "actor_id = NULL",
        "details = '{\"count\": 4}'",
        "occurred_at = occurred_at + interval '1 second'",
        "record_id = 1",
        "ip = '192.0.2.1'",
    ],
)
def test_an_altered_event_is_noticed(bob, now, change):
    record(bob, now)
    second = record(bob, now, record=bob, details={"count": 3})
    record(bob, now)

    as_owner(f"UPDATE accounts_auditevent SET {change} WHERE id = %s", second.pk)  # noqa: S608  from the list above

    report = verify_chain()
    assert (report.broken_at, report.checked) == (second.pk, 1)


def test_a_removed_event_is_noticed(bob, now):
    events = [record(bob, now) for _ in range(3)]

    as_owner("DELETE FROM accounts_auditevent WHERE id = %s", events[1].pk)

    assert verify_chain().broken_at == events[2].pk


def test_an_end_that_was_cut_off_is_noticed_by_a_hash_noted_before(bob, now):
    events = [record(bob, now) for _ in range(3)]
    noted = (events[2].pk, events[2].hash)
    assert verify_chain(anchor=noted).ok

    as_owner("DELETE FROM accounts_auditevent WHERE id = %s", events[2].pk)

    assert verify_chain().ok
    assert not verify_chain(anchor=noted).ok


def test_the_command_tells_and_fails(bob, now):
    event = record(bob, now)
    said = StringIO()

    call_command("verify_audit", stdout=said)
    assert f"1 events, unbroken. Last: {event.pk}:{event.hash}" in said.getvalue()

    as_owner("UPDATE accounts_auditevent SET verb = 'x'")
    with pytest.raises(CommandError, match=f"breaks at event {event.pk}"):
        call_command("verify_audit", stdout=said)


@pytest.mark.django_db(transaction=True)
def test_events_at_the_same_time_queue_up(bob, now):
    def work():
        try:
            for _ in range(5):
                record(bob, now)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    report = verify_chain()
    assert (report.ok, report.checked) == (True, 20)


def test_an_event_bears_where_it_came_from(client, bob, sign_in):
    client.post(
        "/accounts/login/",
        {"login": bob.email, "password": "correct-horse-1"},
        headers={"X-Request-ID": "0123456789abcdef"},
        REMOTE_ADDR="2001:db8::1",
    )

    event = AuditEvent.objects.get()
    assert (event.ip, event.request_id) == ("2001:db8::1", "0123456789abcdef")
    assert verify_chain().ok


def test_managers_see_what_their_team_did_or_suffered(alice, bob, charlie, ada, now):
    team = Team.objects.create(name="North")
    for user in (alice, bob):
        TeamMembership.objects.create(team=team, user=user, valid_from=date(2026, 1, 1))
    TeamMembership.objects.create(team=team, user=charlie, valid_from=date(2026, 1, 1), valid_to=date(2026, 6, 1))
    his, on_him = record(bob, now), record(None, now, record=bob)
    others = [record(charlie, now), record(ada, now, record=charlie)]

    assert set(audit_events_for(alice, on=now.date())) == {his, on_him}
    assert set(audit_events_for(ada, on=now.date())) == {his, on_him, *others}
    assert not audit_events_for(bob, on=now.date()).exists()


def test_the_page_is_for_administrators_and_managers(client, ada, alice, bob, dora, now):
    record(bob, now, verb="user.roles_changed", record=bob, details={"added": ["manager"]})

    for user, status in ((ada, 200), (alice, 200), (bob, 403), (dora, 403)):
        client.force_login(user)
        assert client.get("/accounts/audit/").status_code == status
    client.force_login(ada)
    page = client.get("/accounts/audit/").content.decode()
    assert "Roles changed" in page
    assert "added: manager" in page
    client.force_login(alice)
    assert "added: manager" not in client.get("/accounts/audit/").content.decode()
