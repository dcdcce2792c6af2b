"""Owners of a firm let their people in, limit them and end their access; everybody chooses what they are told of."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.activities.models import Notice, NoticePreference
from apps.core import clock
from apps.core.models import OutgoingMail
from apps.crm.models import DealerUser, Order
from apps.crm.services.dealer_notices import tell_dealers
from apps.crm.signals import orders_changed
from tests.conftest import make_user
from tests.crm.claims import a_claim
from tests.crm.factories import NOW, a_dealer, an_order, into_portal

pytestmark = pytest.mark.django_db


@pytest.fixture
def dealer(dora, everyone_folder):
    dealer = a_dealer("Svitlo Windows")
    into_portal(dora, dealer)
    return dealer


@pytest.fixture
def emil(dealer):
    user = make_user("emil@example.com", "Emil Employee", "dealer")
    into_portal(user, dealer, role="employee")
    return user


@pytest.fixture
def other(everyone_folder):
    user = make_user("danylo@example.com", "Danylo Other", "dealer")
    into_portal(user, a_dealer("Other Windows"))
    return user


def test_an_owner_invites_an_employee_who_chooses_a_password_and_sees_the_claims(client, dora, dealer, mailoutbox):
    client.force_login(dora)

    client.post(reverse("portal:person_invite"), {"name": "Nina New", "email": "Nina@example.com"})

    person = DealerUser.objects.get(email="nina@example.com")
    assert (person.dealer, person.role, person.may_see_money, person.invited_by) == (dealer, "employee", False, dora)
    assert mailoutbox[0].to == ["nina@example.com"]
    assert "/accounts/password/reset/key/" in mailoutbox[0].body
    client.force_login(person.user)
    assert client.get(reverse("portal:claims")).status_code == 200
    assert client.get(reverse("portal:people")).status_code == 403


def test_somebody_who_signs_in_elsewhere_is_not_taken_over(client, dora, bob, dealer):
    client.force_login(dora)

    answer = client.post(reverse("portal:person_invite"), {"name": "Bob", "email": bob.email})

    assert answer.status_code == 422
    assert answer.context["form"].errors["email"]


def test_an_owner_limits_and_ends_and_lets_in_again(client, dora, emil, dealer):
    person = emil.dealer_user
    client.force_login(dora)

    client.post(reverse("portal:person", args=[person.pk]), {"role": "employee", "sees_money": "on"})
    person.refresh_from_db()
    assert person.may_see_money
    client.post(reverse("portal:person_end", args=[person.pk]))
    emil.refresh_from_db()
    person.refresh_from_db()
    assert (emil.is_active, person.ended_at is None) == (False, False)
    client.post(reverse("portal:person_invite"), {"name": "Emil", "email": emil.email})

    emil.refresh_from_db()
    person.refresh_from_db()
    assert (emil.is_active, person.ended_at, person.may_see_money) == (True, None, False)


def test_the_last_owner_stays(client, dora, dealer):
    person = dora.dealer_user
    client.force_login(dora)

    client.post(reverse("portal:person_end", args=[person.pk]))
    answer = client.post(reverse("portal:person", args=[person.pk]), {"role": "employee"})

    assert answer.status_code == 422
    person.refresh_from_db()
    assert (person.role, person.ended_at) == ("owner", None)


def test_employees_and_other_firms_change_nobody(client, dora, emil, other, dealer):
    person = dora.dealer_user
    urls = [reverse(f"portal:{name}", args=[person.pk]) for name in ("person", "person_end", "person_invite_again")]

    client.force_login(emil)
    assert [client.post(url).status_code for url in urls] == [403] * 3
    client.force_login(other)
    assert [client.post(url).status_code for url in urls] == [404] * 3
    assert client.get(reverse("portal:people")).content.decode().count("Danylo Other") >= 1
    assert "Dora" not in client.get(reverse("portal:people")).content.decode()


def test_ones_name_is_ones_own(client, emil, dealer):
    client.force_login(emil)

    client.post(reverse("portal:profile"), {"name": "Emil Exact"})

    emil.refresh_from_db()
    assert (emil.name, DealerUser.objects.get(user=emil).name) == ("Emil Exact", "Emil Exact")


def test_what_happened_to_many_orders_is_told_in_a_handful_of_statements(
    dora, emil, dealer, django_assert_max_num_queries
):
    orders = {an_order(dealer, f"A-{number}").pk: {"shipped", "cancelled"} for number in range(20)}

    with django_assert_max_num_queries(12):
        count = tell_dealers({dealer.pk: orders}, now=NOW)

    assert count == Notice.objects.filter(event="shipped").count() == 40


def test_a_feeds_news_ring_the_bell_and_lead_to_the_order(client, dora, other, dealer):
    order = an_order(dealer, "A-7")

    class Happening:
        order_id, dealer_id, kind, at = order.pk, dealer.pk, "delivered", clock.now() - timedelta(hours=1)

    class Old(Happening):
        kind, at = "accepted", clock.now() - timedelta(days=30)

    orders_changed.send(sender=Order, touched={}, happenings=[Happening, Old])

    client.force_login(dora)
    page = client.get(reverse("portal:notices")).content.decode()
    assert "Order A-7 is delivered" in page
    assert "accepted" not in page
    assert ">1</span>" in client.get(reverse("portal:bell")).content.decode()
    client.force_login(other)
    assert "A-7" not in client.get(reverse("portal:notices")).content.decode()
    assert client.post(reverse("portal:notice_open", args=[Notice.objects.get().pk])).status_code == 404


def test_a_decided_claim_leads_there_and_is_read_then(client, dora, dealer):
    claim = a_claim(an_order(dealer), dora)
    Notice.objects.create(
        user=dora, at=NOW, event="decided", verb="claim.refused", record_type="crm.claim", record_id=claim.pk
    )
    client.force_login(dora)

    answer = client.post(reverse("portal:notice_open", args=[Notice.objects.get(user=dora).pk]))

    assert answer["Location"] == reverse("portal:claim", args=[claim.pk])
    assert Notice.objects.get(user=dora).read_at is not None


def test_each_chooses_what_to_be_told_of(client, dora, dealer):
    client.force_login(dora)
    page = client.get(reverse("portal:notice_preferences")).content.decode()
    assert "An order is shipped" in page
    assert "A task is given to me" not in page
    data = {f"{event}-mail": "never" for event in ("accepted", "delivered", "on_hold", "planned", "promise")}
    data |= {f"{event}-mail": "never" for event in ("claim_answer", "decided", "message", "news")}

    client.post(reverse("portal:notice_preferences"), {**data, "shipped-mail": "at_once", "shipped-in_app": "on"})

    kept = NoticePreference.objects.get(user=dora, event="shipped")
    assert (kept.mail, kept.in_app, kept.push) == ("at_once", True, False)
    order = an_order(dealer, "A-8")
    assert tell_dealers({dealer.pk: {order.pk: {"shipped", "accepted"}}}, now=NOW) == 1


def test_a_mail_of_notices_leads_into_the_portal(dora, dealer, settings):
    from apps.activities.services.digests import send_due

    settings.RAPPORT_SITE_URL = "https://rapport.example/"
    claim = a_claim(an_order(dealer), dora)
    Notice.objects.create(
        user=dora,
        at=NOW,
        event="decided",
        verb="claim.accepted",
        record_type="crm.claim",
        record_id=claim.pk,
        mail_due_at=NOW,
    )

    send_due(now=NOW)

    mail = bytes(OutgoingMail.objects.get(recipients=[dora.email]).raw).decode()
    assert f"https://rapport.example/portal/claims/{claim.pk}/" in mail
    assert "https://rapport.example/portal/notices/preferences/" in mail
