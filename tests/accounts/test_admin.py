"""The Django admin, as administrators use it."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group

from apps.accounts.models import AuditEvent, Preferences, Team
from apps.accounts.permissions import roles_of
from apps.accounts.services.audit import record_event
from apps.accounts.services.tokens import create_token

pytestmark = pytest.mark.django_db

MANAGEMENT = {
    "preferences-TOTAL_FORMS": "1",
    "preferences-INITIAL_FORMS": "1",
    "preferences-0-page_size": "50",
    "preferences-0-office_pick": "auto",
}


@pytest.fixture
def door(client, ada):
    client.force_login(ada)
    return client


def test_its_pages_keep_to_the_content_policy(door, ada, bob, now):
    Preferences.objects.create(user=bob)
    token, _ = create_token(actor=bob, user=bob, name="Script", scopes=[], expires_at=None, now=now)
    event = AuditEvent.objects.get()
    team = Team.objects.create(name="North")
    paths = [
        "",
        "accounts/user/",
        f"accounts/user/{bob.pk}/change/",
        "accounts/team/",
        f"accounts/team/{team.pk}/change/",
        f"accounts/team/{team.pk}/delete/",
        "accounts/apitoken/",
        f"accounts/apitoken/{token.pk}/change/",
        "accounts/auditevent/",
        f"accounts/auditevent/{event.pk}/change/",
        "auth/group/",
        "auth/group/add/",
    ]
    for path in paths:
        page = door.get(f"/admin/{path}")
        text = page.content.decode()
        assert page.status_code == 200, path
        assert "unsafe-inline" not in page["Content-Security-Policy"]
        assert not re.search(r"<[^>]+\sstyle=", text), path
        assert not re.search(r"<style|<script(?![^>]*\ssrc=)(?![^>]*application/json)|\son[a-z]+=", text), path


def test_groups_changed_there_count_like_anywhere(door, ada, bob, now):
    row = Preferences.objects.create(user=bob)
    manager = Group.objects.get(name="manager")

    response = door.post(
        f"/admin/accounts/user/{bob.pk}/change/",
        {
            "name": "Robert",
            "groups": [manager.pk],
            **MANAGEMENT,
            "preferences-0-id": row.pk,
            "preferences-0-user": bob.pk,
            "preferences-0-digest_hour": 7,
        },
    )

    assert response.status_code == 302, response.content.decode()
    bob = type(bob).objects.get(pk=bob.pk)
    assert (bob.name, set(roles_of(bob)), bob.rights_epoch) == ("Robert", {"manager"}, 1)
    assert AuditEvent.objects.get().verb == "user.roles_changed"


def test_users_are_neither_made_nor_deleted_there(door, bob):
    assert door.get("/admin/accounts/user/add/").status_code == 403
    assert door.get(f"/admin/accounts/user/{bob.pk}/delete/").status_code == 403


def test_the_audit_is_only_to_be_read(door, bob, now):
    event = record_event(actor=bob, verb="thing.revealed", now=now)

    assert door.post(f"/admin/accounts/auditevent/{event.pk}/change/", {"verb": "x"}).status_code == 403
    assert door.get(f"/admin/accounts/auditevent/{event.pk}/delete/").status_code == 403
    assert door.get("/admin/accounts/auditevent/add/").status_code == 403


def test_nobodys_credentials_are_there(door):
    assert not admin.site.is_registered(Authenticator)
    assert "digest" not in door.get("/admin/accounts/apitoken/").content.decode()


def test_a_role_keeps_its_name(door):
    role = Group.objects.get(name="sales")

    door.post(f"/admin/auth/group/{role.pk}/change/", {"name": "Vendors"})

    role.refresh_from_db()
    assert role.name == "sales"
    assert door.get(f"/admin/auth/group/{role.pk}/delete/").status_code == 403


def test_a_changed_team_leaves_a_trace(door, bob):
    door.post(
        "/admin/accounts/team/add/",
        {
            "name": "North",
            "kind": "sales",
            "hours": "{}",
            "memberships-TOTAL_FORMS": "1",
            "memberships-INITIAL_FORMS": "0",
            "memberships-0-user": bob.pk,
            "memberships-0-role": "member",
            "memberships-0-valid_from": "2026-01-01",
        },
    )

    event = AuditEvent.objects.get()
    assert (event.verb, event.details) == ("team.changed", {"members": [bob.pk]})


def test_ones_password_changes_on_the_page_that_is_audited(door):
    assert door.get("/admin/password_change/")["Location"] == "/accounts/password/change/"


@pytest.mark.parametrize("name", ["alice", "bob", "dora"])
def test_others_stay_outside(client, request, name):
    client.force_login(request.getfixturevalue(name))

    assert client.get("/admin/accounts/user/").status_code == 302
    assert client.get("/admin/login/").status_code == 403
