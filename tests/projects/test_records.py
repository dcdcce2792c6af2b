"""Orders as quiet members: their facts come through the history, gathered, silenced by kind, shown to who sees them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from apps.activities.models import Notice
from apps.crm.models import Order
from apps.projects.models import Membership, Message, ReadMark, RecordFact
from apps.projects.selectors.groups import group_rows
from apps.projects.services.members import make_group, open_direct
from apps.projects.services.messages import post_message
from apps.projects.services.reading import mark_read
from apps.projects.services.record_news import post_waiting
from apps.projects.services.records import add_record, remove_record, silence_record
from tests.crm.factories import a_dealer
from tests.crm.feeding import NOW, a_fed_plant, a_status, an_order_record, feed, known_as

pytestmark = pytest.mark.django_db

EARLIER = NOW - timedelta(days=400)


@pytest.fixture
def order(everyone_folder):
    known_as(a_dealer("Svitlo", plant=a_fed_plant()), "1001")
    feed(an_order_record())
    return Order.objects.get()


@pytest.fixture
def group(alice, bob, charlie):
    return make_group(actor=alice, title="Oak Street 5", users=[bob, charlie], now=EARLIER)


@pytest.fixture
def quiet(alice, group, order):
    return add_record(actor=alice, group=group, record_type="crm.order", record_id=order.pk, now=EARLIER)


def shown(client, user, group):
    client.force_login(user)
    message = Message.objects.get()
    return client.get(
        reverse("projects:message_facts", args=[group.pk, message.pk]), headers={"HX-Request": "true"}
    ).content.decode()


def test_facts_of_a_short_while_are_one_message_without_a_notice(client, alice, bob, group, order, quiet):
    feed(a_status("A-1", 1, "accepted"))
    assert post_waiting(now=NOW) == 1
    feed(a_status("A-1", 2, on_hold=True))
    assert post_waiting(now=NOW + timedelta(minutes=5)) == 1
    assert post_waiting(now=NOW + timedelta(minutes=6)) == 0
    message = Message.objects.get()
    assert message.author == quiet
    page = shown(client, alice, group)
    assert order.number in page
    assert page.index("Accepted") < page.index("On hold")
    assert not Notice.objects.exists()
    feed(a_status("A-1", 3, "shipped", on_hold=False))
    post_waiting(now=NOW + timedelta(hours=1))
    assert Message.objects.count() == 2


def test_who_has_read_all_has_nothing_new_to_read(alice, bob, group, order, quiet):
    post_message(actor=alice, group=group, client_id="message-1", text="Oak", now=NOW)
    mark_read(actor=bob, group=group, seq=1, now=NOW)
    feed(a_status("A-1", 1, "accepted"))
    post_waiting(now=NOW)
    assert [row.unread for row in group_rows(bob, now=NOW)] == [0]
    assert ReadMark.objects.get(membership__user=bob).read_seq == 2


def test_who_may_not_see_the_order_reads_neither_its_number_nor_what_happened(client, charlie, group, order, quiet):
    feed(a_status("A-1", 1, "accepted"))
    post_waiting(now=NOW)
    page = shown(client, charlie, group)
    assert "You may not see what this is about." in page
    assert order.number not in page
    assert "Accepted" not in page
    for address in ("group", "group_info", "changes"):
        assert order.number not in client.get(reverse(f"projects:{address}", args=[group.pk])).content.decode()


def test_a_silenced_kind_is_not_posted_and_a_record_that_left_posts_nothing(alice, group, order, quiet):
    silence_record(actor=alice, member=quiet, verbs=["order.accepted", "nonsense"], now=NOW)
    assert Membership.objects.get(pk=quiet.pk).silenced == ["order.accepted"]
    feed(a_status("A-1", 1, "accepted"))
    assert post_waiting(now=NOW) == 0
    feed(a_status("A-1", 2, on_hold=True))
    assert RecordFact.objects.count() == 1
    remove_record(actor=alice, member=quiet, now=NOW)
    assert post_waiting(now=NOW) == 0
    feed(a_status("A-1", 3, "shipped", on_hold=False))
    assert not RecordFact.objects.exists()


def test_nobody_brings_in_an_order_that_they_do_not_see_nor_outsiders_any(alice, bob, charlie, ada, group, order):
    direct = open_direct(actor=alice, other=bob, now=NOW)
    for actor in (charlie, ada):
        with pytest.raises(PermissionDenied):
            add_record(actor=actor, group=group, record_type="crm.order", record_id=order.pk, now=NOW)
    with pytest.raises(PermissionDenied):
        add_record(actor=alice, group=group, record_type="contacts.entity", record_id=1, now=NOW)
    with pytest.raises(ValidationError):
        add_record(actor=alice, group=direct, record_type="crm.order", record_id=order.pk, now=NOW)
    assert not Membership.objects.filter(record_id__isnull=False).exists()


def test_an_order_is_found_brought_in_silenced_and_taken_out_by_its_sheets(client, alice, group, order):
    client.force_login(alice)
    add = reverse("projects:record_add", args=[group.pk])
    found = client.get(add, {"q": order.number}, headers={"HX-Request": "true"}).content.decode()
    assert f'value="crm.order:{order.pk}"' in found
    client.post(add, {"record": f"crm.order:{order.pk}"})
    client.post(add, {"record": f"crm.order:{order.pk}"})
    member = Membership.objects.get(record_id=order.pk)
    info = client.get(reverse("projects:group_info", args=[group.pk])).content.decode()
    assert order.number in info
    told = {"verb": ["order.accepted", "order.held"], "told": ["order.held"]}
    client.post(reverse("projects:record_silence", args=[group.pk, member.pk]), told)
    client.post(reverse("projects:record_remove", args=[group.pk, member.pk]))
    member.refresh_from_db()
    assert (member.silenced, member.left_at is None) == (["order.accepted"], False)
    assert client.post(add, {"record": "crm.order:999999"}).status_code == 403
