"""Guests are let in, given other tabs, and shown out: by who manages the project, and nobody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError

from apps.accounts.models import AuditEvent, User
from apps.accounts.permissions import is_staff_member, roles_of
from apps.contacts.models import Entity
from apps.core.models import Operation
from apps.projects.models import Group, GuestAccess, Membership
from apps.projects.services.guests import (
    change_guest,
    end_guest,
    end_run_out,
    invite_guest_again,
)
from apps.projects.services.members import remove_member
from apps.projects.services.participants import add_participants, remove_participant
from apps.projects.services.projects import back_to_group, make_project_of
from tests.conftest import NOW, make_user
from tests.projects.guests import SITE, a_guest, a_participant, a_project, say

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everyone_folder")]
LATER = NOW + timedelta(days=1)


@pytest.fixture
def project(alice, bob):
    """Alice owns it, bob is in it; charlie isn't."""
    return a_project(alice, users=(bob,))


def test_an_invited_participant_is_a_user_of_the_ninth_role_and_chooses_a_password(client, alice, project):
    access = a_guest(alice, project, "about", "chat")

    gina = User.objects.get(email="gina@example.com")
    assert (access.user, gina.entity, access.tabs) == (gina, access.entity, ["chat", "about"])
    assert (roles_of(gina), is_staff_member(gina), gina.has_usable_password()) == (frozenset({"guest"}), False, False)
    assert Operation.objects.filter(verb="project.guest_invited", actor=alice).count() == 1
    assert AuditEvent.objects.filter(verb="guest.invited", actor=alice, record_id=gina.pk).count() == 1
    (letter,) = mail.outbox
    link = next(word for word in letter.body.split() if word.startswith(SITE))
    form = client.get(link.removeprefix(SITE.rstrip("/")), follow=True)
    client.post(form.request["PATH_INFO"], {"password1": "battery-staple-2", "password2": "battery-staple-2"})
    assert client.login(email="gina@example.com", password="battery-staple-2")
    landed = client.get("/", follow=True)
    assert landed.request["PATH_INFO"] == f"/guest/{project.pk}/"


def test_members_outsiders_and_strangers_invite_nobody(alice, bob, charlie, dora, project):
    participant = a_participant(alice, project)
    for actor in (bob, charlie, dora):
        with pytest.raises(PermissionDenied):
            a_guest(actor, project, "about", participant=participant)
    assert not GuestAccess.objects.exists()
    assert not User.objects.filter(email="gina@example.com").exists()


def test_who_signs_in_here_otherwise_is_no_guest(alice, dora, project):
    dealer = a_participant(alice, project, dora.email, "Dora")
    Entity.objects.filter(user=dora).update(user=None)  # whom her user was made with
    Entity.objects.filter(pk=dealer.entity_id).update(user=dora)
    with pytest.raises(ValidationError, match="not as a guest"):
        a_guest(alice, project, "about", participant=dealer)
    mute = a_participant(alice, project, "", "Mute")
    with pytest.raises(ValidationError, match="no e-mail address"):
        a_guest(alice, project, "about", participant=mute)
    with pytest.raises(ValidationError, match="Choose what they see"):
        a_guest_of_nothing(alice, project)
    with pytest.raises(ValidationError, match="no such choice"):
        a_guest(alice, project, "money", participant=a_participant(alice, project, "x@example.com", "Xenia"))


def a_guest_of_nothing(alice, project):
    access = a_guest(alice, project, "about")
    change_guest(actor=alice, access=access, tabs=[], until=None, now=NOW)


def test_one_person_is_one_user_in_all_their_projects(alice, project):
    first = a_guest(alice, project, "about")
    other = a_project(alice, "Mill Lane 7")
    participant = other.participants.create(entity=first.entity, added_at=NOW)

    second = a_guest(alice, other, "chat", participant=participant)

    assert second.user == first.user
    with pytest.raises(ValidationError, match="already"):
        a_guest(alice, other, "about", participant=participant)


def test_the_chat_begins_with_the_invitation_unless_older_history_is_granted(alice, project):
    say(alice, project, "Before they came")
    member = Membership.objects.get(group=project.pk, entity=a_guest(alice, project, "chat").entity)
    assert (member.from_seq, member.user_id, member.left_at) == (1, None, None)

    older = a_guest(
        alice, project, "chat", participant=a_participant(alice, project, "o@example.com", "Olha"), shows_older=True
    )
    assert Membership.objects.get(group=project.pk, entity=older.entity).from_seq == 0


def test_the_tab_of_the_chat_is_the_place_in_it(alice, bob, project):
    access = a_guest(alice, project, "chat")
    member = Membership.objects.get(group=project.pk, entity=access.entity)
    with pytest.raises(ValidationError, match="is a guest"):
        remove_member(actor=alice, member=member, now=NOW)

    change_guest(actor=alice, access=access, tabs=["about"], until=LATER, now=NOW)
    member.refresh_from_db()
    access.refresh_from_db()
    assert (member.left_at, access.tabs, access.until) == (NOW, ["about"], LATER)

    change_guest(actor=alice, access=access, tabs=["chat", "about"], until=None, now=NOW)
    member.refresh_from_db()
    assert member.left_at is None
    for actor in (bob, access.user):
        with pytest.raises(PermissionDenied):
            change_guest(actor=actor, access=access, tabs=["files"], until=None, now=NOW)


def test_access_ends_by_hand_by_its_day_and_with_the_project_and_begins_anew(alice, bob, project):
    access = a_guest(alice, project, "chat", until=LATER)
    with pytest.raises(PermissionDenied):
        end_guest(actor=bob, access=access, now=NOW)
    assert GuestAccess.objects.standing(NOW).count() == 1
    assert GuestAccess.objects.standing(LATER).count() == 0  # at once, whoever sweeps when
    assert (end_run_out(now=NOW), end_run_out(now=LATER), end_run_out(now=LATER)) == (0, 1, 0)

    change_guest(actor=alice, access=access, tabs=["chat"], until=None, now=LATER)
    end_guest(actor=alice, access=access, now=LATER)
    end_guest(actor=alice, access=access, now=LATER)
    assert not GuestAccess.objects.standing(LATER).exists()
    with pytest.raises(PermissionDenied):
        invite_guest_again(actor=alice, access=access, site=SITE, now=LATER)

    change_guest(actor=alice, access=access, tabs=["chat"], until=None, now=LATER)
    back_to_group(actor=alice, project=project, now=LATER)
    access.refresh_from_db()
    assert access.ended_at == LATER
    assert Membership.objects.get(group=project.pk, entity=access.entity).left_at == LATER
    make_project_of(actor=alice, group=project.group, now=LATER)
    assert not GuestAccess.objects.standing(LATER).exists()


def test_who_takes_part_no_more_is_a_guest_no_more(alice, project):
    access = a_guest(alice, project, "about")
    remove_participant(actor=alice, participant=project.participants.get(), now=LATER)
    access.refresh_from_db()
    assert access.ended_at == LATER


def test_who_comes_back_reads_from_that_day_on_and_only_while_taking_part(alice, project):
    access = a_guest(alice, project, "chat")
    end_guest(actor=alice, access=access, now=NOW)
    say(alice, project, "While they were out")

    change_guest(actor=alice, access=access, tabs=["chat"], until=None, now=LATER)

    access.refresh_from_db()
    last = Group.objects.get(pk=project.pk).last_seq
    assert (access.from_seq, Membership.objects.get(entity=access.entity).from_seq) == (last, last)
    remove_participant(actor=alice, participant=project.participants.get(), now=LATER)
    with pytest.raises(ValidationError, match="takes no part"):
        change_guest(actor=alice, access=access, tabs=["chat"], until=None, now=LATER)


def test_an_invitation_goes_to_the_address_that_the_house_sees(alice, project):
    a_guest(alice, project, "about")
    person = project.participants.get().entity
    Entity.objects.filter(pk=person.pk).update(primary_email="right@example.com")
    other = a_project(alice, "Lime Street 2")
    (again,) = add_participants(
        actor=alice, project=other, entities=Entity.objects.filter(pk=person.pk), role="", now=NOW
    )

    with pytest.raises(ValidationError, match="signs in with gina"):
        a_guest(alice, other, "about", participant=again)


def test_the_house_invites_changes_and_ends_on_its_page(client, alice, bob, charlie, project):
    participant = a_participant(alice, project)
    base = f"/projects/{project.pk}/guests/"
    client.force_login(alice)
    given = {"participant": participant.pk, "tabs": ["chat", "about"], "until": "2999-12-31"}
    assert client.post(f"{base}invite/", given | {"tabs": []}).status_code == 422
    assert client.post(f"{base}invite/", given | {"until": "2020-01-01"}).status_code == 422
    client.post(f"{base}invite/", given)
    access = GuestAccess.objects.get()
    assert (access.tabs, access.until) == (["chat", "about"], datetime(2999, 12, 31, 22, tzinfo=UTC))
    page = client.get(base).content.decode()
    assert ("Gina Guest" in page, "has not signed in yet" in page) == (True, True)
    client.post(f"{base}{access.pk}/", {"tabs": ["files"], "until": ""})
    client.post(f"{base}{access.pk}/invite/")
    access.refresh_from_db()
    assert (access.tabs, access.until, len(mail.outbox)) == (["files"], None, 2)
    client.force_login(bob)
    assert "Gina Guest" in client.get(base).content.decode()
    assert client.post(f"{base}{access.pk}/end/").status_code == 403
    client.force_login(charlie)
    assert client.get(base).status_code == 404
    client.force_login(alice)
    client.post(f"{base}{access.pk}/end/")
    assert "Ended" in client.get(base).content.decode()


def test_a_user_without_an_invitation_is_a_guest_of_nothing(client):
    client.force_login(make_user("lost@example.com", "Lost Guest", "guest"))
    page = client.get("/guest/")
    assert page.status_code == 200
    assert "No project is open to you" in page.content.decode()
    assert client.get("/portal/").status_code == 404
    for path in ("/contacts/", "/projects/", "/search/?q=oak", "/activities/tasks/"):
        assert client.get(path).status_code in (403, 404), path
