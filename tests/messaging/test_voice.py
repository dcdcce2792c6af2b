"""Calls and voicemails that a telephone system brings, and what people do with them."""

from __future__ import annotations

import io
import json
import wave
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from apps.accounts.services.tokens import create_token
from apps.activities.models import Activity, Call
from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import EntityInput, PhoneInput, UnitInput
from apps.messaging.models import Voicemail
from apps.messaging.services.voicemails import Recording, leave_voicemail
from tests.messaging.mails import arrive, make_account, raw_mail


@pytest.fixture
def olena(alice, everyone_folder, now):
    phones = [PhoneInput("+380 44 234 56 78")]
    data = EntityInput(
        first_name="Olena", last_name="Koval", folder_id=everyone_folder.pk, units=[UnitInput(phones=phones)]
    )
    return create_entity(actor=alice, data=data, now=now)


@pytest.fixture
def exchange(bob, now) -> Client:
    """The telephone system: it signs in as bob, with the right to tell of calls."""
    _row, token = create_token(actor=bob, user=bob, name="PBX", scopes=("calls:write",), expires_at=None, now=now)
    return Client(headers={"Authorization": f"Bearer {token}"})


def sound(seconds: int = 2) -> bytes:
    kept = io.BytesIO()
    with wave.open(kept, "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(1)
        recording.setframerate(8000)
        recording.writeframes(bytes(8000 * seconds))
    return kept.getvalue()


def left(user, now, **more) -> Voicemail:
    given = {"sound": sound(), "content_type": "audio/wav", "happened_at": now, "number": "+380442345678"} | more
    return leave_voicemail(Recording(**given), user=user, now=now)[0]


def test_a_told_call_stands_in_the_history_of_whose_number_it_is_once(exchange, alice, olena, now):
    told = {
        "number": "044 234-56-78",
        "user": alice.email,
        "occurred_at": (now - timedelta(minutes=5)).isoformat(),
        "seconds": 61,
        "external_id": "pbx-1",
    }

    first = exchange.post("/api/v1/calls", json.dumps(told), "application/json")
    again = exchange.post("/api/v1/calls", json.dumps(told), "application/json")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["contact_id"] == olena.pk
    entry = Activity.objects.visible_to(alice).get(participants__entity=olena)
    assert (entry.actor, entry.facts["seconds"]) == (alice, 61)
    assert Call.objects.get().direction == "in"


def test_a_call_from_nobody_we_know_is_kept_under_its_number(exchange, bob, now):
    told = {"number": "+48 12 345 67 89", "occurred_at": now.isoformat(), "outcome": "no_answer"}

    answer = exchange.post("/api/v1/calls", json.dumps(told), "application/json")

    assert answer.json()["contact_id"] is None
    assert Activity.objects.visible_to(bob).get(pk=answer.json()["activity_id"]).subject == "+48123456789"


def test_a_call_for_nobody_of_the_house_is_refused_with_the_field(exchange, dora, now):
    for address in ("nobody@example.com", dora.email):
        told = {"number": "1", "user": address, "occurred_at": now.isoformat()}
        answer = exchange.post("/api/v1/calls", json.dumps(told), "application/json")
        assert answer.status_code == 422
        assert "user" in answer.json()["errors"]


def test_a_voicemail_is_left_once_heard_commented_and_returned(exchange, bob, olena, client, now):
    form = {"number": "+380442345678", "user": bob.email, "occurred_at": now.isoformat(), "external_id": "v-1"}

    def leave():
        file = SimpleUploadedFile("v.wav", sound(3), content_type="audio/wav")
        return exchange.post("/api/v1/voicemails", {**form, "sound": file})

    first, again = leave(), leave()

    assert (first.status_code, again.status_code) == (201, 200), first.content
    voicemail = Voicemail.objects.get()
    assert (voicemail.entity, voicemail.seconds) == (olena, 3)
    client.force_login(bob)
    page = client.get(reverse("messaging:voicemails"))
    assert "Olena Koval" in page.content.decode()
    played = client.get(reverse("messaging:voicemail_sound", args=[voicemail.pk]))
    assert (played["Content-Type"], b"".join(played.streaming_content)) == ("audio/wav", sound(3))
    client.post(reverse("messaging:voicemail_hear", args=[voicemail.pk]))
    client.post(reverse("messaging:voicemail_return", args=[voicemail.pk]))
    client.post(reverse("messaging:voicemail_comment", args=[voicemail.pk]), {"comment": "Call her on Monday"})
    voicemail.refresh_from_db()
    assert voicemail.heard_at is not None
    assert voicemail.returned_at is not None
    assert voicemail.comment == "Call her on Monday"
    assert client.get(reverse("messaging:voicemails") + "?open").content.decode().count("Olena") == 0


def test_what_is_no_sound_is_never_played(exchange, bob, client, now):
    page = SimpleUploadedFile("v.html", b"<script>", content_type="text/html")
    form = {"user": bob.email, "occurred_at": now.isoformat()}
    assert exchange.post("/api/v1/voicemails", {**form, "sound": page}).status_code == 422

    odd = left(bob, now, content_type="audio/x-unheard-of")
    client.force_login(bob)
    answer = client.get(reverse("messaging:voicemail_sound", args=[odd.pk]))
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")


def test_a_colleague_hears_what_was_handed_on_and_nothing_else(bob, alice, charlie, olena, client, now):
    voicemail = left(bob, now)
    sound_of = reverse("messaging:voicemail_sound", args=[voicemail.pk])
    client.force_login(bob)
    client.post(reverse("messaging:voicemail_comment", args=[voicemail.pk]), {"comment": "Yours", "assignee": alice.pk})

    client.force_login(alice)
    assert client.get(sound_of).status_code == 200
    client.force_login(charlie)
    assert client.get(sound_of).status_code == 404
    assert "voicemail-" not in client.get(reverse("messaging:voicemails")).content.decode()
    assert not Activity.objects.visible_to(charlie).filter(kind="voicemail").exists()


def test_what_came_into_a_shared_mailbox_is_heard_by_its_people(bob, charlie, client, now, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    shared = make_account(None, "desk@rapport.example")
    shared.members.set([bob])
    [stored] = arrive(shared, raw_mail())
    voicemail = left(None, now)
    Voicemail.objects.update(message=stored.message)
    sound_of = reverse("messaging:voicemail_sound", args=[voicemail.pk])

    client.force_login(charlie)
    assert client.get(sound_of).status_code == 404
    client.force_login(bob)
    assert client.get(sound_of).status_code == 200


def test_the_list_goes_on_where_the_page_ended(bob, client, now, django_assert_max_num_queries):
    for number in range(35):
        left(bob, now - timedelta(minutes=number), number=f"+38044234{number:04}")
    client.force_login(bob)

    with django_assert_max_num_queries(13):  # one counts the clipboard, on the reader's first page
        first = client.get(reverse("messaging:voicemails"))
    second = client.get(f"{reverse('messaging:voicemails')}?before={first.context['page'].before}")

    assert [len(page.context["page"].items) for page in (first, second)] == [30, 5]
