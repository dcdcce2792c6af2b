"""A colleague reads a private mail by no way at all, though they see the contact that it is about."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from apps.accounts.models import Team, TeamMembership
from apps.accounts.services.tokens import create_token
from apps.activities.models import Notice
from apps.contacts.models import RelationshipType
from apps.core import clock
from apps.messaging.models import MailAccount, ThreadState
from apps.messaging.pictures import Picture, picture_url
from apps.messaging.selectors.boxes import BOXES
from apps.messaging.services.filing import file_messages
from tests.contacts.factories import EmailAddressFactory, OrganisationFactory, PersonFactory, tie
from tests.messaging.factories import Part, mail_in, mailbox_of

SECRET = "Cypress"


@pytest.fixture(autouse=True)
def _clock(monkeypatch, now):
    monkeypatch.setattr(clock, "now", lambda: now)


@pytest.fixture
def olena(everyone_folder):
    person = PersonFactory()
    EmailAddressFactory(unit__entity=person, address="olena@example.com")
    return person


def letter(account, now, **fields):
    """A mail that has the secret in all its parts, filed with the contact whose address it bears."""
    given: dict[str, Any] = {
        "subject": f"{SECRET} subject",
        "text": f"{SECRET} text",
        "html": f"<p>{SECRET} html</p><img src='cid:a@b'>",
        "parts": [
            Part("a.png", "image/png", b"\x89PNG\r\n\x1a\n", cid="a@b"),
            Part(f"{SECRET}.pdf", "application/pdf", b"%PDF-"),
        ],
    }
    mail = mail_in(account, **given, **fields)
    file_messages([mail], now=now)
    mail.refresh_from_db()
    return mail


def ways(mail, olena) -> list[str]:
    """Every address on which some part of it could stand."""
    return [
        *(f"/mail/?box={box}" for box in BOXES),
        f"/mail/?q={SECRET}&box=all",
        "/mail/?q=from:olena",
        f"/mail/threads/{mail.thread_id}/",
        f"/mail/of/{olena.pk}/",
        f"/contacts/{olena.pk}/mail/",
        f"/contacts/{olena.pk}/",
        f"/activities/of/{olena.pk}/",
        "/activities/all/",
        "/mail/report/",
        "/mail/report.csv",
        f"/mail/messages/{mail.pk}/frame/",
        f"/mail/messages/{mail.pk}/frame/?print=1",
        f"/mail/messages/{mail.pk}/raw/",
        f"/mail/messages/{mail.pk}/download/",
        *(f"/mail/messages/{mail.pk}/attachments/{number}/" for number in (0, 1)),
        *(f"/mail/messages/{mail.pk}/{sheet}/" for sheet in ("task", "meeting", "note", "file")),
        *(f"/mail/threads/{mail.thread_id}/{sheet}/" for sheet in ("snooze", "assign", "share")),
        f"/mail/messages/{mail.pk}/reply/",
        f"/mail/messages/{mail.pk}/reply/?mode=forward",
        "/mail/drafts/",
        "/mail/unknown/",
        "/activities/log/",
        f"/activities/log/of/{olena.pk}/",
        "/operations/",
        "/mail/voicemails/",
        "/activities/notices/",
        "/search/?q=cypress",
    ]


def body(response) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode(errors="replace")


def leaks(client, mail, olena) -> list[str]:
    found = []
    for path in ways(mail, olena):
        response = client.get(path)
        shown = body(response) if response.status_code != 404 else ""
        if SECRET in shown.replace(f'value="{SECRET}"', "").replace(f"q={SECRET}", ""):
            found.append(path)
    return found


@pytest.mark.parametrize("is_outgoing", [False, True])
def test_a_private_mail_is_for_its_owner_alone(client, alice, bob, charlie, ada, olena, now, is_outgoing):
    box = mailbox_of(bob)
    mail = letter(box, now, is_outgoing=is_outgoing)

    for colleague in (alice, charlie, ada):  # administrators neither
        client.force_login(colleague)
        assert leaks(client, mail, olena) == []
        assert SECRET not in told_to_programs(client, colleague, mail, olena, now)
        assert client.get(f"/mail/threads/{mail.thread_id}/").status_code == 404
        for act in ("archive", "trash", "spam", "read", "seen"):
            assert client.post(f"/mail/threads/{mail.thread_id}/{act}/").status_code == 404
        for mode in ("reply", "all", "forward"):
            assert client.post(f"/mail/messages/{mail.pk}/reply/?mode={mode}").status_code == 404
        for act in ("flag", "trash"):
            assert client.post(f"/mail/messages/{mail.pk}/act/{act}/").status_code == 404
    client.logout()
    assert client.get(picture_url(Picture(alice.pk, mail.pk, 0))).status_code == 404
    assert ThreadState.objects.get().is_archived is False

    client.force_login(bob)  # its owner finds it everywhere
    found = leaks(client, mail, olena)
    assert f"/mail/threads/{mail.thread_id}/" in found
    assert f"/contacts/{olena.pk}/mail/" in found
    assert f"/mail/messages/{mail.pk}/raw/" in found
    assert SECRET in told_to_programs(client, bob, mail, olena, now)


def told_to_programs(client, user, mail, olena, now) -> str:
    """All that the API gives to programs of this user."""
    scopes = ["messages:read", "activities:read", "contacts:read"]
    _token, raw = create_token(actor=user, user=user, name="t", scopes=scopes, expires_at=None, now=now)
    paths = [
        "messages",
        f"messages?q={SECRET}",
        f"messages?contact_id={olena.pk}",
        f"messages/{mail.pk}",
        f"messages/{mail.pk}/attachments/0",
        f"messages/{mail.pk}/attachments/1",
        "activities",
        f"activities?contact_id={olena.pk}",
        f"activities/{mail.activity_id}",
        f"contacts/{olena.pk}",
    ]
    headers = {"authorization": f"Bearer {raw}"}
    answers = [client.get(f"/api/v1/{path}", headers=headers) for path in paths]
    assert {answer.status_code for answer in answers} <= {200, 404}, [answer.status_code for answer in answers]
    return "".join(body(answer) for answer in answers)


def test_that_a_mail_took_place_says_nothing_of_it(client, bob, charlie, olena, now):
    box = mailbox_of(bob, sharing=MailAccount.Sharing.HAPPENED)
    mail = letter(box, now)
    client.force_login(charlie)

    assert leaks(client, mail, olena) == []
    assert "E-mail" in client.get(f"/activities/of/{olena.pk}/?kind=mail").content.decode()


def test_a_teams_mail_is_read_by_the_team_and_nobody_else(client, alice, bob, charlie, olena, now):
    team = Team.objects.create(name="East")
    for user in (alice, bob):
        TeamMembership.objects.create(team=team, user=user, valid_from=date(2026, 1, 1))
    box = mailbox_of(bob, sharing=MailAccount.Sharing.TEAM)
    mail = letter(box, now)

    client.force_login(charlie)
    assert leaks(client, mail, olena) == []

    client.force_login(alice)
    assert SECRET in client.get(f"/mail/threads/{mail.thread_id}/").content.decode()
    assert SECRET in client.get(f"/contacts/{olena.pk}/mail/").content.decode()
    assert SECRET in client.get(f"/mail/messages/{mail.pk}/frame/").content.decode()
    assert SECRET not in client.get("/mail/").content.decode()  # her own inbox has none of it


def test_nobody_hears_of_a_mail_that_they_may_not_read(alice, bob, charlie, olena, now):
    box = mailbox_of(bob)
    letter(box, now)

    assert not Notice.objects.filter(user__in=[alice, charlie]).exists()


def test_an_organisations_tab_has_its_peoples_mail_as_far_as_one_reads_it(client, alice, bob, olena, now):
    firm = OrganisationFactory(name="Vikna Plus")
    tie(RelationshipType.objects.get(key="works_for"), olena, firm)
    letter(mailbox_of(bob), now)

    client.force_login(bob)
    assert SECRET in client.get(f"/contacts/{firm.pk}/mail/").content.decode()
    client.force_login(alice)
    assert SECRET not in client.get(f"/contacts/{firm.pk}/mail/").content.decode()


def test_a_member_who_left_reads_nothing_more(client, alice, bob, olena, now):
    shared = mailbox_of(None, "info@house.example")
    shared.members.set([alice, bob])
    mail = letter(shared, now + timedelta(0))
    client.force_login(alice)
    assert SECRET in client.get(f"/mail/threads/{mail.thread_id}/").content.decode()

    shared.members.remove(alice)

    assert client.get(f"/mail/threads/{mail.thread_id}/").status_code == 404
    assert SECRET not in client.get("/mail/").content.decode()
