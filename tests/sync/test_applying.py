"""Batches applied: once, in order, source by source, whatever happens to the worker; and the figures that add up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F

from apps.core import clock
from apps.core.models import Operation, OutgoingMail
from apps.crm.models import Dealer, FeedStatus, Order, OrderState
from apps.sync.models import Batch, Rejection, Source, SourceMinute
from apps.sync.services import sweeping
from apps.sync.services.applying import apply_waiting
from apps.sync.services.counting import take_back
from apps.sync.services.locking import lock
from apps.sync.services.rejections import dismiss_rejections, replay_rejections
from apps.sync.services.sources import pause_source, resume_source
from tests.crm.factories import a_plant
from tests.sync.factories import Plug, a_source, dealer, order, status
from tests.sync.test_receiving import sums_up

pytestmark = pytest.mark.django_db


@pytest.fixture
def plug(everyone_folder) -> Plug:
    return Plug(a_source())


def applied(plug: Plug) -> dict[str, Any]:
    apply_waiting(source_id=plug.source.pk)
    standing = plug.status()
    assert sums_up(standing)
    return standing


def test_records_of_a_batch_become_dealers_and_orders(plug):
    plug.post([dealer(), order(), status(stage="production")])

    standing = applied(plug)

    state = OrderState.objects.get(order__plant_key="A-1")
    assert (Dealer.objects.get().code, state.get_stage_display()) == ("D1001", "In production")
    assert (standing["read"], standing["applied"], standing["waiting"], standing["lag_s"]) == (3, 3, 0, 0)
    batch = Batch.objects.get()
    assert (batch.state, batch.applied) == ("applied", 3)
    assert Operation.objects.get(verb="feed.applied").result["applied"] == 3


def test_small_batches_share_a_transaction_and_keep_their_order(plug):
    plug.post([dealer(), order()])
    for number, stage in enumerate(("accepted", "production", "made"), 1):
        plug.post([status(stage=stage, version=number)])

    standing = applied(plug)

    assert OrderState.objects.get().get_stage_display() == "Made"
    assert (standing["read"], standing["applied"]) == (5, 5)
    assert len(set(Batch.objects.values_list("operation_id", flat=True))) == 1


def test_the_same_twice_changes_nothing_and_older_ones_are_stale(plug):
    plug.post([dealer(), order(), status(version=5)])
    applied(plug)
    plug.post([dealer(), status(version=5), status(version=4, stage="accepted")], key="again")

    standing = applied(plug)

    assert (standing["applied"], standing["unchanged"], standing["stale"]) == (3, 2, 1)


def test_what_waits_for_its_order_is_counted_until_it_comes(plug):
    plug.post([dealer(), status()])
    waiting = applied(plug)
    plug.post([order()])
    settled = applied(plug)

    assert (waiting["read"], waiting["applied"], waiting["waiting"]) == (2, 1, 1)
    assert (settled["read"], settled["applied"], settled["waiting"]) == (3, 3, 0)


def test_a_parent_of_one_source_settles_what_waited_of_another(plug, everyone_folder):
    Source.objects.update(groups=["dealer", "identity"])
    plug.source.plant.owners.filter(group="stage").delete()
    other = Plug(a_source("kyiv-stages", groups=["stage"]))
    other.post([status()])
    assert applied(other)["waiting"] == 1

    plug.post([dealer(), order()])
    applied(plug)

    standing = other.status()
    assert (standing["applied"], standing["waiting"]) == (1, 0)
    assert sums_up(standing)


def test_a_bad_record_is_put_aside_and_the_rest_goes_on(plug):
    broken = dealer("1002") | {"version": -5}
    plug.post([dealer(), broken, order(), status() | {"stage": "glazed"}])

    standing = applied(plug)

    assert (standing["applied"], standing["rejected"]) == (2, 2)
    first, second = Rejection.objects.order_by("pk")
    assert (first.position, first.code, "it is -5" in first.reason) == (2, "schema", True)
    assert '"version": -5' in first.raw
    assert "'glazed'" in second.reason


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (status(happened_at=(clock.now() + timedelta(hours=1)).isoformat()), "future"),
        (status(made=5, quantity=3), "counts"),
        ({"type": "price", "key": "p", "version": 1, "happened_at": "2026-11-02T09:00:00Z", "order": "A-1",
          "amount": "99999999999999", "currency": "UAH"}, "amount"),
    ],
)  # fmt: skip
def test_what_crm_refuses_is_a_rejection_too(plug, record, code):
    plug.post([dealer(), order(), record])

    assert applied(plug)["rejected"] == 1
    assert Rejection.objects.get().code == code


def test_a_group_of_another_source_is_refused(plug, everyone_folder):
    outsider = Plug(a_source("kyiv-other", groups=[]))
    outsider.post([dealer("9"), order(), status()])

    applied(outsider)

    assert {"not_its_field"} == set(
        Rejection.objects.filter(source=outsider.source).exclude(record_type="dealer").values_list("code", flat=True)
    )
    assert not Order.objects.exists()


def test_unknown_dealers_wait_without_stopping_the_source_and_raise_an_alarm(plug, ada):
    plug.post([order(f"A-{number}", dealer="nobody") for number in range(30)])
    standing = applied(plug)
    later = clock.now() + 2 * sweeping.UNKNOWN_AFTER

    told = [sweeping.look_for_unknown_dealers(now=later) for _twice in range(2)]

    assert (standing["waiting"], standing["rejected"], standing["state"]) == (30, 0, "active")
    assert told == [1, 1]
    mail = OutgoingMail.objects.get()
    assert mail.recipients == [ada.email]
    assert b"nobody" in bytes(mail.raw)


def test_a_paused_source_applies_later(plug, ada):
    pause_source(actor=ada, source=plug.source, now=clock.now())
    plug.post([dealer()])
    held = applied(plug)
    resume_source(actor=ada, source=plug.source, now=clock.now())

    assert (held["state"], held["waiting"], held["lag_s"] > 0) == ("paused", 1, True)
    assert applied(plug)["applied"] == 1


def test_an_empty_batch_is_a_sign_of_life(plug):
    moment = clock.now() - timedelta(minutes=3)
    plug.post([], as_of=moment)

    standing = applied(plug)

    assert (standing["read"], standing["as_of"]) == (0, moment.isoformat())
    status_row = FeedStatus.objects.get(source=plug.source.code)
    assert (status_row.as_of, status_row.state) == (moment, "active")
    assert not Operation.objects.filter(verb="feed.applied").exists()


def test_minutes_are_the_sum_of_what_was_applied(plug):
    plug.post([dealer(), order(), status(stage=None, version=-1)])
    applied(plug)
    plug.post([status(version=2)])
    standing = applied(plug)

    minutes = list(SourceMinute.objects.all())
    for name in ("read", "applied", "unchanged", "stale", "rejected"):
        assert sum(getattr(minute, name) for minute in minutes) == standing[name]


def test_a_replay_takes_rejections_out_of_the_minute_that_counted_them(plug, ada):
    renamed = dealer() | {"title": "Promin"}
    del renamed["name"]
    plug.post([renamed, {"what": "is this"}])
    plug.send(b"{", key="broken")
    applied(plug)
    earlier = F("created_at") - timedelta(minutes=7)
    Rejection.objects.update(created_at=earlier)
    SourceMinute.objects.update(minute=F("minute") - timedelta(minutes=7))
    fields = {name: name for name in ("key", "version", "happened_at", "code")} | {"name": "title"}
    Source.objects.update(mapping={"type": "type", "records": {"dealer": {"to": "dealer", "fields": fields}}})

    replay_rejections(actor=ada, source=plug.source, now=clock.now())

    standing = plug.status()
    then, now = SourceMinute.objects.order_by("minute")
    assert (then.read, then.applied, then.rejected) == (3, 0, 2)
    assert (now.read, now.applied, now.rejected) == (0, 1, 0)
    assert (standing["read"], standing["applied"], standing["rejected"]) == (3, 1, 2)


def test_a_batch_that_is_read_once_more_leaves_the_minute_that_could_not(plug):
    plug.send(b"{", key="broken")
    (rejected_at,) = Rejection.objects.values_list("created_at", flat=True)

    take_back(plug.source.pk, [(rejected_at, 1)])

    minute, standing = SourceMinute.objects.get(), plug.status()
    assert (minute.read, minute.rejected, standing["read"], standing["rejected"]) == (0, 0, 0, 0)


# --- the breaker ------------------------------------------------------------------------------------------------------
def test_a_format_that_no_longer_fits_stops_the_source_and_tells_administrators(plug, ada, bob):
    plug.post([dealer()])
    applied(plug)
    plug.post([{"kunde": number} for number in range(12)])
    stopped = applied(plug)
    plug.post([dealer("1002")])
    waiting = applied(plug)

    assert (stopped["state"], stopped["rejected"]) == ("stopped", 12)
    assert (waiting["applied"], waiting["waiting"]) == (1, 1)
    assert FeedStatus.objects.get(source=plug.source.code).state == "stopped"
    mail = OutgoingMail.objects.get()
    assert mail.recipients == [ada.email]
    assert "format no longer fits" in Source.objects.get().stopped_because


def test_beyond_its_share_of_rejections_a_source_stops(plug):
    Source.objects.update(breaker_window=20, rejection_share=0.2)
    good = [dealer(str(number)) for number in range(2000, 2005)]
    plug.post([*good, *[{"type": "dealer"}] * 4])
    assert applied(plug)["state"] == "active"

    plug.post([dealer("3000"), {"type": "dealer"}])

    assert applied(plug)["state"] == "stopped"


def test_after_resuming_only_what_comes_then_counts(plug, ada):
    plug.post([{"kunde": number} for number in range(12)])
    applied(plug)
    resume_source(actor=ada, source=plug.source, now=clock.now())
    plug.post([dealer(), {"kunde": 1}])

    assert applied(plug)["state"] == "active"


def test_unreadable_bodies_in_a_row_stop_the_source_too(plug):
    for number in range(10):
        plug.send(b"{" + str(number).encode())

    standing = plug.status()
    assert (standing["state"], standing["read"], standing["rejected"]) == ("stopped", 10, 10)


# --- rejections -------------------------------------------------------------------------------------------------------
def test_after_the_mapping_is_mended_rejections_are_replayed(plug, ada):
    renamed = dealer() | {"title": "Promin"}
    del renamed["name"]
    plug.post([renamed, {"what": "is this"}])
    assert applied(plug)["rejected"] == 2
    fields = {name: name for name in ("key", "version", "happened_at", "code")} | {"name": "title"}
    Source.objects.update(mapping={"type": "type", "records": {"dealer": {"to": "dealer", "fields": fields}}})

    replay = replay_rejections(actor=ada, source=plug.source, now=clock.now())

    standing = plug.status()
    assert (replay.tried, replay.settled) == (2, 1)
    assert Dealer.objects.get().name == "Promin"
    assert (standing["applied"], standing["rejected"]) == (1, 1)
    assert sums_up(standing)
    assert sorted(Rejection.objects.values_list("state", flat=True)) == ["open", "replayed"]
    assert "says what kind" in Rejection.objects.get(state="open").reason


def test_a_dismissed_rejection_is_settled_and_counts_on(plug, ada, bob):
    plug.post([{"what": "is this"}])
    applied(plug)
    ids = list(Rejection.objects.values_list("pk", flat=True))

    assert dismiss_rejections(actor=ada, source=plug.source, only=ids, now=clock.now()) == 1
    assert replay_rejections(actor=ada, source=plug.source, now=clock.now()).tried == 0
    assert plug.status()["rejected"] == 1


# --- workers ----------------------------------------------------------------------------------------------------------
def test_a_source_that_fell_silent_raises_one_alarm(plug, ada):
    later = clock.now() + timedelta(hours=1)

    told = [sweeping.look_for_silence(now=later) for _twice in range(2)]

    assert told == [1, 0]
    assert b"silent" in bytes(OutgoingMail.objects.get().raw)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", range(0, 40, 3))
def test_a_worker_killed_between_two_steps_changes_nothing_in_the_sum(everyone_folder, step):
    """Each statement of the transaction in its turn is the last one that the worker lives to see."""
    plug = Plug(a_source())
    plug.post([dealer(), order(), status(), {"kunde": 1}])
    seen = 0

    def killed(execute, sql, params, many, context):
        nonlocal seen
        seen += 1
        if seen > step:
            raise SystemExit
        return execute(sql, params, many, context)

    with pytest.raises(SystemExit), connection.execute_wrapper(killed):
        apply_waiting(source_id=plug.source.pk)
    connection.close()

    assert (plug.status()["waiting"], plug.status()["applied"]) == (4, 0)
    standing = applied(plug)
    assert (standing["read"], standing["applied"], standing["rejected"]) == (4, 3, 1)


def test_whoever_finds_the_source_taken_leaves_it(plug):
    plug.post([dealer()])

    assert apply_waiting(source_id=plug.source.pk) == 1
    assert apply_waiting(source_id=plug.source.pk) == 0


def test_a_record_that_the_database_refuses_costs_only_itself(plug, monkeypatch):
    plug.post([dealer(), order(reference="x" * 100), order("A-2", version=2)])
    with connection.cursor() as cursor, transaction.atomic():
        lock(plug.source.pk)
        cursor.execute("SELECT 1")

    assert applied(plug)["applied"] == 3


def test_two_plants_don_t_meet(plug, everyone_folder):
    other = Plug(a_source("lutsk-production", plant=a_plant("lutsk")))
    for each, number in ((plug, "A-1"), (other, "A-1")):
        each.post([dealer(code=f"D-{each.source.code[:5]}"), order(number)])
        applied(each)

    assert Order.objects.filter(plant_key="A-1").count() == 2
