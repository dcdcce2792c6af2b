from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.core.exceptions import PermissionDenied

from apps.accounts.backends import HouseBackend
from apps.accounts.models import AuditEvent, User
from apps.accounts.permissions import is_manager, is_staff_member, roles_of
from apps.accounts.preferences import preferences_of
from apps.accounts.services import users as service
from apps.accounts.services.preferences import change_preferences
from tests.conftest import make_user

pytestmark = pytest.mark.django_db


def test_an_administrator_invites_a_user_who_then_chooses_a_password(client, ada):
    client.force_login(ada)

    response = client.post(
        "/accounts/users/new/", {"name": "Eve New", "email": "Eve@Example.com", "language": "uk", "roles": ["sales"]}
    )

    eve = User.objects.get(email="eve@example.com")
    assert response["Location"] == f"/accounts/users/{eve.pk}/"
    assert roles_of(eve) == {"sales"}
    assert not eve.has_usable_password()
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True)) == ["user.created", "user.invited"]

    client.logout()
    (letter,) = mail.outbox
    link = next(word for word in letter.body.split() if word.startswith("http"))
    form = client.get(link, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": "battery-staple-2", "password2": "battery-staple-2"})

    assert client.login(email="eve@example.com", password="battery-staple-2")


def test_an_address_is_given_once(client, ada, bob):
    client.force_login(ada)

    response = client.post(
        "/accounts/users/new/", {"name": "Bob Again", "email": "BOB@example.com", "language": "en", "roles": ["sales"]}
    )

    assert response.status_code == 422
    assert "bob@example.com" in response.content.decode()
    assert User.objects.filter(email="bob@example.com").count() == 1


@pytest.mark.parametrize("path", ["/accounts/users/", "/accounts/users/new/", "/accounts/users/{}/"])
def test_users_are_the_administrators_business(client, alice, bob, dora, path):
    for outsider in (alice, bob, dora):
        client.force_login(outsider)
        assert client.get(path.format(bob.pk)).status_code == 403
        with pytest.raises(PermissionDenied):
            service.create_user(actor=outsider, email="x@example.com", name="X", roles=["admin"], now=bob.created_at)
        with pytest.raises(PermissionDenied):
            service.set_roles(actor=outsider, user=outsider, roles=["admin"], now=bob.created_at)


def test_new_roles_hold_at_once_and_leave_a_trace(ada, bob, now):
    assert not is_manager(bob)
    before = bob.rights_epoch

    service.set_roles(actor=ada, user=bob, roles=["manager", "sales"], now=now)

    assert is_manager(bob)
    assert bob.rights_epoch == before + 1
    event = AuditEvent.objects.get()
    assert (event.verb, event.record_id) == ("user.roles_changed", bob.pk)
    assert event.details == {"added": ["manager"], "removed": []}


def test_the_same_roles_again_change_nothing(ada, bob, now):
    service.set_roles(actor=ada, user=bob, roles=["sales"], now=now)

    assert bob.rights_epoch == 0
    assert not AuditEvent.objects.exists()


def test_a_role_that_nobody_knows_is_refused(ada, bob, now):
    with pytest.raises(service.UnknownRole, match="wizard"):
        service.set_roles(actor=ada, user=bob, roles=["sales", "wizard"], now=now)


def test_an_access_group_is_given_like_a_role(ada, bob, now):
    Group.objects.create(name="Board")

    service.set_roles(actor=ada, user=bob, roles=["sales", "Board"], now=now)

    assert roles_of(bob) == {"sales", "Board"}
    assert is_staff_member(bob)


def test_only_administrators_enter_the_administration(ada, bob, now):
    service.set_roles(actor=ada, user=bob, roles=["admin"], now=now)
    assert bob.is_staff

    service.set_roles(actor=ada, user=bob, roles=["sales"], now=now)
    assert not bob.is_staff


def test_the_last_administrator_stays(client, ada, now):
    client.force_login(ada)

    response = client.post(f"/accounts/users/{ada.pk}/", {"name": "Ada Admin", "email": ada.email, "roles": ["sales"]})

    assert response.status_code == 422
    with pytest.raises(service.LastAdministrator):
        service.deactivate_user(actor=ada, user=ada, now=now)
    ada.refresh_from_db()
    assert roles_of(User.objects.get(pk=ada.pk)) == {"admin"}
    assert ada.is_active


def test_an_administrator_changes_the_address_somebody_signs_in_with(client, ada, alice, bob):
    client.force_login(ada)
    page = f"/accounts/users/{bob.pk}/"

    taken = client.post(page, {"name": "Bob", "email": "ALICE@example.com", "roles": ["sales"]})
    assert taken.status_code == 422
    client.post(page, {"name": "Bob", "email": "Robert@Example.com", "roles": ["sales"]})
    client.logout()

    assert not client.login(email="bob@example.com", password="correct-horse-1")
    assert client.login(email="robert@example.com", password="correct-horse-1")
    assert AuditEvent.objects.filter(verb="user.email_changed", record_id=bob.pk).count() == 1


def test_with_two_administrators_one_may_go(ada, now):
    other = make_user("abe@example.com", "Abe", "admin", is_staff=True)

    service.deactivate_user(actor=other, user=ada, now=now)

    assert not ada.is_active


def test_a_list_finds_users_by_name_and_role(client, ada, alice, bob):
    client.force_login(ada)

    everybody = client.get("/accounts/users/").content.decode()
    managers = client.get("/accounts/users/?f.role=manager").content.decode()
    bobs = client.get("/accounts/users/?q=bob").content.decode()

    assert "Alice Manager" in everybody
    assert "Bob Sales" in everybody
    assert "Alice Manager" in managers
    assert "Bob Sales" not in managers
    assert "Bob Sales" in bobs
    assert "Alice Manager" not in bobs


def test_a_picker_finds_colleagues_but_no_dealers(client, alice, bob, dora):
    client.force_login(bob)

    names = [item["text"] for item in client.get("/accounts/users/pick/?q=example.com").json()["items"]]

    assert names == ["Alice Manager", "Bob Sales"]
    client.force_login(dora)
    assert client.get("/accounts/users/pick/").status_code == 403


def test_user_and_roles_and_preferences_come_in_one_query(bob, now, django_assert_num_queries):
    change_preferences(actor=bob, changes={"language": "uk"}, now=now)

    with django_assert_num_queries(1):
        user = HouseBackend().get_user(bob.pk)

        assert user
        assert roles_of(user) == {"sales"}
        assert preferences_of(user).language == "uk"
