"""The page of phones: passwords made and revoked, clashes settled; and the lock behind wrong passwords."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.accounts.models import AppPassword, AuditEvent
from apps.accounts.services.app_passwords import (
    LockedOut,
    authenticate_app_password,
    create_app_password,
    revoke_app_password,
)
from apps.contacts.formats.vcard.differences import Difference
from apps.sync.models import CardClash
from apps.sync.services.cards.clashes import keep_clashes
from tests.contacts.factories import PersonFactory
from tests.sync.dav.door import Phone

pytestmark = pytest.mark.django_db


def test_a_password_is_shown_once_and_signs_in(client, alice):
    client.force_login(alice)

    shown = client.post(reverse("sync:app_password_create"), {"name": "iPhone"})
    raw = shown.context["raw"]

    assert raw in shown.content.decode()
    assert raw not in client.get(reverse("sync:phones")).content.decode()
    assert raw not in str(AppPassword.objects.values())
    assert Phone(alice, password=raw).ask("PROPFIND", "/dav/").status == 207
    assert Phone(alice, password=raw.replace("-", "").upper()).ask("PROPFIND", "/dav/").status == 207
    assert "iPhone" in client.get(reverse("sync:phones")).content.decode()


def test_a_revoked_password_signs_in_no_more(client, alice):
    phone = Phone(alice)
    made = AppPassword.objects.get()
    client.force_login(alice)

    client.post(reverse("sync:app_password_revoke", args=[made.pk]))

    assert phone.ask("PROPFIND", "/dav/").status == 401
    assert set(AuditEvent.objects.values_list("verb", flat=True)) >= {"app_password.created", "app_password.revoked"}


def test_somebody_elses_password_is_not_there_to_revoke(client, alice, bob, now):
    made, _raw = create_app_password(actor=alice, name="Phone", now=now)
    client.force_login(bob)

    assert client.post(reverse("sync:app_password_revoke", args=[made.pk])).status_code == 404
    revoke_app_password(actor=alice, app_password=made, now=now)


def test_ten_wrong_passwords_lock_an_address_out_from_there_alone(alice, now):
    _made, raw = create_app_password(actor=alice, name="Phone", now=now)
    for _ in range(10):
        assert authenticate_app_password(alice.email, "wrong", ip="203.0.113.9", program="", now=now) is None

    with pytest.raises(LockedOut):
        authenticate_app_password(alice.email, "wrong", ip="203.0.113.9", program="", now=now)
    assert authenticate_app_password(alice.email, raw, ip="203.0.113.9", program="", now=now) is not None
    assert authenticate_app_password(alice.email, raw, ip="203.0.113.10", program="", now=now) is not None
    assert AuditEvent.objects.filter(verb="app_password.locked_out").count() == 1


def test_a_name_that_no_database_takes_is_nobodys(alice, now):
    phone = Phone(alice, login=f"{alice.email}\0")

    assert phone.ask("PROPFIND", "/dav/").status == 401
    assert authenticate_app_password(phone.login, phone.password, ip=None, program="", now=now) is None


def test_a_user_out_of_service_is_out_here_too(alice):
    phone = Phone(alice)
    alice.is_active = False
    alice.save()

    assert phone.ask("PROPFIND", "/dav/").status == 401


def test_use_is_noted(alice, now):
    made, raw = create_app_password(actor=alice, name="Phone", now=now)

    authenticate_app_password(alice.email, raw, ip=None, program="DAVx5/4.4", now=now)
    authenticate_app_password(alice.email, raw, ip=None, program="other", now=now + timedelta(minutes=1))

    made.refresh_from_db()
    assert (made.last_used_at, made.last_used_by) == (now, "DAVx5/4.4")


def test_a_clash_is_settled_field_by_field(client, alice, now):
    anna = PersonFactory(first_name="Anna", nickname="Ann")
    differences = [
        {"name": "nickname", "before": "Anya", "after": "Annushka"},
        {"name": "last_name", "before": "Koval", "after": "Petrenko"},
    ]
    clash = CardClash.objects.create(user=alice, entity=anna, device="iPhone", differences=differences, noticed_at=now)
    client.force_login(alice)

    page = client.get(reverse("sync:card_clash", args=[clash.pk])).content.decode()
    said = {"take-0": "phone", "take-1": "here", "noticed_at": now.isoformat()}
    answer = client.post(reverse("sync:card_clash", args=[clash.pk]), said)

    anna.refresh_from_db()
    assert "Annushka" in page
    assert answer.status_code == 302
    assert (anna.nickname, anna.last_name) == ("Annushka", "Koval")
    assert client.get(reverse("sync:card_clash", args=[clash.pk])).status_code == 404


def test_a_clash_that_became_another_one_is_shown_anew(client, alice, now):
    anna = PersonFactory(first_name="Anna", nickname="Ann")
    differences = [{"name": "nickname", "before": "Anya", "after": "Annushka"}]
    clash = CardClash.objects.create(user=alice, entity=anna, device="iPhone", differences=differences, noticed_at=now)
    client.force_login(alice)
    page = reverse("sync:card_clash", args=[clash.pk])
    seen = client.get(page).context["noticed_at"]
    changes = [Difference("last_name", "Koval", "Petrenko"), Difference("nickname", "Anya", "Anyuta")]
    keep_clashes(actor=alice, entity=anna, device="iPhone", changes=changes, now=now + timedelta(minutes=1))

    answer = client.post(page, {"take-0": "phone", "noticed_at": seen}, follow=True)

    anna.refresh_from_db()
    clash.refresh_from_db()
    assert (anna.nickname, anna.last_name) == ("Ann", "Koval")
    assert clash.settled_at is None
    assert "Your phone has sent more" in answer.content.decode()


def test_phones_find_the_way(client):
    for name in ("carddav", "caldav"):
        answer = client.generic("PROPFIND", f"/.well-known/{name}")
        assert (answer.status_code, answer["Location"]) == (301, "/dav/")


def test_a_dealer_has_no_page_of_phones(client, dora):
    client.force_login(dora)

    assert client.get(reverse("sync:phones")).status_code == 403
