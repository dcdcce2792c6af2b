from __future__ import annotations

import signal
import subprocess
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from apps.accounts.models import Team, TeamMembership
from apps.core.contributions import Undoer, operation_runners, undoers
from apps.core.models import Change, Operation, SavedView
from apps.core.services import operations
from tests.core.processes import start as start_process
from tests.core.runners import STANDING_STILL, make_teams

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _contributions(monkeypatch):
    """Teams are an aggregate with memberships as parts; saved views stand alone."""
    added = {
        "accounts.team": Undoer(Team, subject_field="pk"),
        "accounts.teammembership": Undoer(TeamMembership, subject_field="team_id", root="accounts.team"),
        "core.savedview": Undoer(SavedView),
    }
    for key, undoer in added.items():
        monkeypatch.setitem(undoers._items, key, (100, undoer))
    monkeypatch.setitem(operation_runners._items, "test.teams", (100, make_teams))


def rename(actor, team, name, now, **options) -> Operation:
    with operations.operate(actor=actor, verb="team.updated", now=now, **options) as recorder:
        before = operations.snapshot(team)
        team.name = name
        team.save()
        recorder.updated(team, before)
    return recorder.operation


def make_a_team_and_break(actor, now) -> None:
    with operations.operate(actor=actor, verb="broken", now=now) as recorder:
        recorder.created(Team.objects.create(name="never"))
        raise ZeroDivisionError


def test_a_save_leaves_one_operation_and_a_change_per_record(alice, now):
    team = Team.objects.create(name="North")

    operation = rename(alice, team, "South", now)

    operation.refresh_from_db()
    change = Change.objects.get(operation=operation)
    assert (operation.actor, operation.verb, operation.state, operation.done) == (alice, "team.updated", "done", 1)
    assert operation.undoable_until == now + timedelta(days=30)
    assert (change.record_type, change.record_id, change.subject_id) == ("accounts.team", team.pk, team.pk)
    assert (change.kind, change.diff, change.changed_at) == ("updated", {"name": ["North", "South"]}, now)


def test_an_intent_that_changes_nothing_leaves_nothing(alice, now):
    team = Team.objects.create(name="North")

    rename(alice, team, "North", now)

    assert not Operation.objects.exists()


def test_a_service_within_a_service_writes_to_the_same_operation(alice, now):
    with operations.operate(actor=alice, verb="teams.made", now=now) as recorder:
        recorder.created(Team.objects.create(name="North"))
        rename(alice, Team.objects.get(), "South", now)
        with pytest.raises(ZeroDivisionError):
            make_a_team_and_break(alice, now)

    operation = Operation.objects.get()
    assert operation.verb == "teams.made"
    assert list(operation.changes.order_by("pk").values_list("kind", flat=True)) == ["created", "updated"]
    assert list(Team.objects.values_list("name", flat=True)) == ["South"]


def test_the_web_role_can_not_alter_what_was_recorded(alice, now):
    from django.db.utils import ProgrammingError

    rename(alice, Team.objects.create(name="North"), "South", now)

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Change.objects.update(diff={})


def test_undo_puts_every_value_back(alice, now):
    north = Team.objects.create(name="North")
    gone = Team.objects.create(name="Gone")
    member = TeamMembership.objects.create(team=gone, user=alice, role="lead", valid_from=date(2026, 1, 1))
    before = list(Team.objects.order_by("pk").values()), list(TeamMembership.objects.values())
    with operations.operate(actor=alice, verb="teams.shuffled", now=now) as recorder:
        old = operations.snapshot(north)
        north.name = "N"
        north.save()
        recorder.updated(north, old)
        recorder.removed(member)
        member.delete()
        recorder.removed(gone)
        gone.delete()
        fresh = Team.objects.create(name="Fresh")
        recorder.created(fresh)
        recorder.created(TeamMembership.objects.create(team=fresh, user=alice, valid_from=date(2026, 2, 1)))

    result = operations.undo(actor=alice, operation=recorder.operation, now=now + timedelta(minutes=1))

    assert result.conflicts == []
    assert (list(Team.objects.order_by("pk").values()), list(TeamMembership.objects.values())) == before
    undone = Operation.objects.get(pk=recorder.operation.pk)
    assert undone.state == Operation.State.UNDONE
    assert undone.undone_by.result == {"restored": 5, "conflict_count": 0, "conflicts": []}
    assert undone.undone_by.changes.count() == 5


def test_undo_joins_what_one_operation_did_to_a_record_in_several_steps(alice, now):
    team = Team.objects.create(name="one")
    with operations.operate(actor=alice, verb="team.renamed", now=now) as recorder:
        rename(alice, team, "two", now)
        rename(alice, team, "three", now)
        recorder.created(brief := Team.objects.create(name="brief"))
        recorder.removed(brief)
        brief.delete()

    operations.undo(actor=alice, operation=recorder.operation, now=now)

    assert list(Team.objects.values_list("name", flat=True)) == ["one"]


def test_a_later_change_stands_in_the_way_of_its_aggregate_alone(alice, bob, now):
    kept = Team.objects.create(name="kept")
    free = Team.objects.create(name="free")
    member = TeamMembership.objects.create(team=kept, user=bob, role="lead", valid_from=date(2026, 1, 1))
    with operations.operate(actor=alice, verb="teams.updated", now=now) as recorder:
        rename(alice, kept, "kept 2", now)
        rename(alice, free, "free 2", now)
        before = operations.snapshot(member)
        member.role = "deputy"
        member.save()
        recorder.updated(member, before)
    TeamMembership.objects.update(role="keeper")

    result = operations.undo(actor=alice, operation=recorder.operation, now=now)

    assert [(each.record_type, each.record_id, each.reason, each.fields) for each in result.conflicts] == [
        ("accounts.teammembership", member.pk, "changed", ("role",))
    ]
    assert set(Team.objects.values_list("name", flat=True)) == {"kept 2", "free"}
    assert TeamMembership.objects.get().role == "keeper"


def test_what_others_added_to_is_not_taken_away(alice, bob, now):
    with operations.operate(actor=alice, verb="team.created", now=now) as recorder:
        recorder.created(team := Team.objects.create(name="North"))
    with operations.operate(actor=bob, verb="team.joined", now=now) as later:
        later.created(TeamMembership.objects.create(team=team, user=bob, valid_from=date(2026, 1, 1)))

    refused = operations.undo(actor=alice, operation=recorder.operation, now=now)

    assert [each.reason for each in refused.conflicts] == ["changed"]
    assert TeamMembership.objects.filter(team=team, user=bob).exists()


def test_what_was_added_and_undone_again_stands_in_nobodys_way(alice, bob, now):
    with operations.operate(actor=alice, verb="team.created", now=now) as recorder:
        recorder.created(team := Team.objects.create(name="North"))
    with operations.operate(actor=bob, verb="team.joined", now=now) as later:
        later.created(TeamMembership.objects.create(team=team, user=bob, valid_from=date(2026, 1, 1)))
    operations.undo(actor=bob, operation=later.operation, now=now)

    operations.undo(actor=alice, operation=recorder.operation, now=now)

    assert not Team.objects.exists()


def test_a_value_that_the_database_refuses_by_now_is_a_conflict_and_the_rest_goes_back(alice, now):
    north, south = Team.objects.create(name="North"), Team.objects.create(name="South")
    with operations.operate(actor=alice, verb="teams.updated", now=now) as recorder:
        rename(alice, north, "N", now)
        rename(alice, south, "S", now)
    Team.objects.create(name="North")  # takes the unique name

    result = operations.undo(actor=alice, operation=recorder.operation, now=now)

    assert [(each.record_id, each.reason) for each in result.conflicts] == [(north.pk, "in_use")]
    assert Team.objects.get(pk=south.pk).name == "South"


def test_what_may_not_be_edited_any_more_is_left_alone(alice, now, monkeypatch):
    team = Team.objects.create(name="North")
    operation = rename(alice, team, "South", now)
    locked = Undoer(Team, subject_field="pk", editable=lambda user, ids: set())
    monkeypatch.setitem(undoers._items, "accounts.team", (100, locked))

    result = operations.undo(actor=alice, operation=operation, now=now)

    assert [each.reason for each in result.conflicts] == ["forbidden"]
    assert Team.objects.get().name == "South"


def test_undo_is_for_the_actor_within_thirty_days_and_once(alice, bob, now):
    operation = rename(alice, Team.objects.create(name="North"), "South", now)
    final = rename(alice, Team.objects.create(name="East"), "West", now, undoable=False)

    with pytest.raises(PermissionDenied):
        operations.undo(actor=bob, operation=operation, now=now)
    with pytest.raises(operations.NotUndoable):
        operations.undo(actor=alice, operation=operation, now=now + timedelta(days=31))
    with pytest.raises(operations.NotUndoable):
        operations.undo(actor=alice, operation=final, now=now)
    operations.undo(actor=alice, operation=operation, now=now)
    with pytest.raises(operations.NotUndoable):
        operations.undo(actor=alice, operation=operation, now=now)


@pytest.mark.django_db(transaction=True)
def test_three_thousand_records_are_undone_in_the_background(alice, now):
    rows = Team.objects.bulk_create([Team(name=f"team {number}") for number in range(3000)])
    with operations.operate(actor=alice, verb="teams.updated", now=now) as recorder:
        for team in rows:
            recorder.add(
                Change(
                    record_type="accounts.team",
                    record_id=team.pk,
                    subject_id=team.pk,
                    kind=Change.Kind.UPDATED,
                    diff={"name": [team.name, f"moved {team.pk}"]},
                )
            )
            team.name = f"moved {team.pk}"
        Team.objects.bulk_update(rows, ["name"], batch_size=500)

    undoing = operations.begin_undo(actor=alice, operation=recorder.operation, now=now)
    assert undoing.state == Operation.State.PENDING
    operations.run(operation_id=undoing.pk, now=now)

    undoing.refresh_from_db()
    assert (undoing.state, undoing.done, undoing.total) == ("done", 3000, 3000)
    assert undoing.result["restored"] == 3000
    assert undoing.result["conflict_count"] == 0
    assert Team.objects.filter(name__startswith="moved").count() == 0
    assert Operation.objects.get(pk=recorder.operation.pk).state == Operation.State.UNDONE


@pytest.mark.django_db(transaction=True)
def test_work_of_a_killed_worker_is_taken_up_by_the_sweep_and_done_once(alice, now):
    parameters = {"count": 50, "stands_still_at": 30}
    operation = operations.start(actor=alice, verb="test.teams", parameters=parameters, now=now)
    worker = start_process("tests.core.runners", str(operation.pk), stdout=subprocess.PIPE)
    assert worker.stdout is not None
    assert worker.stdout.readline().strip() == STANDING_STILL
    operations.run(operation_id=operation.pk, now=now)  # a second nudge finds it taken
    assert Team.objects.count() == 30

    worker.send_signal(signal.SIGKILL)
    worker.wait()
    operation.refresh_from_db()
    assert (operation.state, operation.attempts) == ("running", 1)
    assert operation.heartbeat_at is not None
    later = operation.heartbeat_at + timedelta(seconds=61)
    assert operations.sweep(now=operation.heartbeat_at + timedelta(seconds=59)) == 0
    assert operations.sweep(now=later) == 1
    operations.run(operation_id=operation.pk, now=later)

    operation.refresh_from_db()
    assert (operation.state, operation.done, operation.total, operation.attempts) == ("done", 50, 50, 2)
    assert operation.result == {"made": 50}
    assert Team.objects.count() == 50
    assert operation.changes.count() == 50


@pytest.mark.django_db(transaction=True)
def test_work_stops_after_its_portion_when_its_actor_asks(alice, bob, now, monkeypatch):
    def stop_half_way(operation, progress):
        progress.total(2)
        progress.advance()
        operations.request_cancel(actor=alice, operation=operation, now=now)
        progress.check_cancelled()
        progress.advance()

    monkeypatch.setitem(operation_runners._items, "test.stops", (100, stop_half_way))
    operation = operations.start(actor=alice, verb="test.stops", parameters={}, now=now)

    operations.run(operation_id=operation.pk, now=now)

    operation.refresh_from_db()
    assert (operation.state, operation.done) == ("cancelled", 1)
    with pytest.raises(PermissionDenied):
        operations.request_cancel(actor=bob, operation=operation, now=now)


def test_work_that_fails_says_why(alice, now, monkeypatch):
    def fail(operation, progress):
        raise operations.OperationFailed("The file is empty.")

    def break_down(operation, progress):
        raise ZeroDivisionError

    monkeypatch.setitem(operation_runners._items, "test.fails", (100, fail))
    monkeypatch.setitem(operation_runners._items, "test.breaks", (100, break_down))
    failing = operations.start(actor=alice, verb="test.fails", parameters={}, now=now)
    breaking = operations.start(actor=alice, verb="test.breaks", parameters={}, now=now)

    operations.run(operation_id=failing.pk, now=now)
    with pytest.raises(ZeroDivisionError):
        operations.run(operation_id=breaking.pk, now=now)

    failing.refresh_from_db()
    breaking.refresh_from_db()
    assert (failing.state, failing.message) == ("failed", "The file is empty.")
    assert breaking.state == "failed"
    assert "ZeroDivision" not in breaking.message


def test_work_that_kills_every_worker_is_given_up(alice, now):
    operation = operations.start(actor=alice, verb="test.teams", parameters={}, now=now)
    Operation.objects.filter(pk=operation.pk).update(state="running", attempts=5, heartbeat_at=now)

    assert operations.sweep(now=now + timedelta(minutes=2)) == 0

    assert Operation.objects.get(pk=operation.pk).state == Operation.State.FAILED


def test_one_sees_and_undoes_ones_own_operations_on_their_page(client, alice, bob, now):
    team = Team.objects.create(name="North")
    with operations.operate(actor=alice, verb="team.updated", now=now) as recorder:
        rename(alice, team, "South", now)
    Operation.objects.update(undoable_until=now + timedelta(days=36500))
    url = f"/operations/{recorder.operation.pk}/"

    client.force_login(bob)
    assert client.get(url).status_code == 404
    assert client.post(f"{url}undo/").status_code == 404
    client.force_login(alice)
    assert client.get(url, headers={"Accept": "application/json"}).json()["state"] == "done"
    assert f"{url}undo/" in client.get("/operations/").text
    assert client.post(f"{url}undo/").status_code == 302

    assert Team.objects.get().name == "North"
    assert f"{url}undo/" not in client.get("/operations/").text


def test_work_in_progress_shows_its_bar_and_can_be_stopped(client, alice, bob, now):
    operation = operations.start(actor=alice, verb="test.teams", parameters={}, now=now, total=20)
    url = f"/operations/{operation.pk}/"

    client.force_login(bob)
    assert client.post(f"{url}cancel/").status_code == 404
    client.force_login(alice)
    page = client.get(url).text
    client.post(f"{url}cancel/")

    assert f'data-live-channel="operation:{operation.pk}"' in page
    assert f"{url}cancel/" in page
    assert client.get(url, headers={"Accept": "application/json"}).json()["state"] == "cancelled"
    assert "Stopped" in client.get(url).text


def test_what_stayed_as_it_is_is_told(client, alice, now):
    team = Team.objects.create(name="North")
    operation = rename(alice, team, "South", now)
    Operation.objects.update(undoable_until=now + timedelta(days=36500))
    Team.objects.update(name="East")
    client.force_login(alice)

    answer = client.post(f"/operations/{operation.pk}/undo/", follow=True)

    assert "someone changed it since" in answer.text
    assert Team.objects.get().name == "East"
