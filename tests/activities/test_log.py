"""The action log: who did what, when, from where, field by field, as far as its reader sees the record."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import AuditEvent
from apps.activities.services.notes import add_note, edit_activity
from apps.contacts.models import Link, PhoneNumber
from apps.contacts.models.rights import forget_rights
from apps.contacts.services.details import update_detail
from apps.contacts.services.entities import create_entity, update_entity
from apps.contacts.services.inputs import EntityInput, LinkInput, PhoneInput, UnitInput
from apps.core.models import Change, Operation
from tests.contacts.factories import FolderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def olena(bob, now):
    place = UnitInput(
        phones=[PhoneInput("+380 44 123 45 67")],
        links=[LinkInput("https://shop.example.com", username="olena", password="letmein")],
    )
    return create_entity(actor=bob, data=EntityInput(last_name="Koval", units=[place]), now=now)


def read(client, user, path, **asked) -> str:
    client.force_login(user)
    answer = client.get(path, asked)
    assert answer.status_code == 200
    content: str = answer.content.decode()
    return content


def test_an_edited_phone_shows_old_and_new_who_when_and_from_where(client, alice, bob, now, olena):
    phone = PhoneNumber.objects.get(entity=olena)
    update_detail(actor=bob, detail=phone, fields={"raw": "+380 50 765 43 21"}, expected_version=None, now=now)
    Operation.objects.filter(verb="phone.updated").update(ip="203.0.113.9")

    content = read(client, alice, f"/activities/log/of/{olena.pk}/")

    assert "<del>+380 44 123 45 67</del>" in content
    assert "<ins>+380 50 765 43 21</ins>" in content
    assert "Bob Sales" in content
    assert "203.0.113.9" in content
    assert "Phone number changed" in content


def test_secrets_are_never_shown(client, ada, alice, bob, now, olena):
    link = Link.objects.get(entity=olena)
    update_detail(actor=bob, detail=link, fields={"password": "swordfish"}, expected_version=None, now=now)
    kept = [value for change in Change.objects.filter(record_type="contacts.link") for value in change.diff.items()]
    tokens = [text for name, pair in kept if name == "password" for text in pair if text]
    assert tokens

    pages = [
        read(client, alice, f"/activities/log/of/{olena.pk}/"),
        read(client, ada, "/activities/log/"),
        b"".join(client.post("/activities/log/export/").streaming_content).decode(),
    ]

    for page in pages:
        assert "•••" in page
        for secret in ("letmein", "swordfish", *tokens):
            assert secret not in page


def test_administrators_read_it_narrowed(client, ada, alice, bob, now, olena):
    other = create_entity(actor=alice, data=EntityInput(last_name="Bondar"), now=now + timedelta(days=2))
    update_entity(actor=bob, entity=olena, fields={"nickname": "Olya"}, expected_version=None, now=now)

    def names(**asked) -> list[bool]:
        content = read(client, ada, "/activities/log/", **asked)
        return [f"/contacts/{entity.pk}/" in content for entity in (olena, other)]

    assert names() == [True, True]
    assert names(actor=alice.pk) == [False, True]
    assert names(contact=olena.pk) == [True, False]
    assert names(verb="entity.updated") == [True, False]
    assert names(since="2026-11-04") == [False, True]
    assert names(until="2026-11-03") == [True, False]
    assert names(actor="nonsense", since="never") == [True, True]


def test_what_even_an_administrator_may_not_see_has_no_values(client, ada, bob, now):
    own = FolderFactory(kind="personal", owner=bob)
    forget_rights()
    hidden = create_entity(actor=bob, data=EntityInput(last_name="Tayemna", folder_id=own.pk), now=now)
    note = add_note(actor=bob, entity=hidden, text="Whispered", now=now)
    edit_activity(actor=bob, activity=note, text="Murmured", now=now)

    content = read(client, ada, "/activities/log/")
    client.force_login(ada)
    exported = b"".join(client.post("/activities/log/export/").streaming_content).decode()

    assert "History entry edited" in content
    assert "You may not see this record, or it is gone." in content
    for word in ("Tayemna", "Whispered", "Murmured"):
        assert word not in content
        assert word not in exported


def test_an_entry_for_few_readers_keeps_its_words_from_administrators(client, ada, bob, now, olena):
    note = add_note(actor=bob, entity=olena, text="Whispered", visibility="private", now=now)
    edit_activity(actor=bob, activity=note, text="Murmured", now=now)

    content = read(client, ada, "/activities/log/", verb="activity.edited")

    assert "Bob Sales" in content
    assert "Murmured" not in content


def test_outsiders_read_nothing(client, ada, alice, bob, charlie, now, olena):
    own = FolderFactory(kind="personal", owner=bob)
    forget_rights()
    hidden = create_entity(actor=bob, data=EntityInput(last_name="Tayemna", folder_id=own.pk), now=now)

    for user, path, status in (
        (charlie, "/activities/log/", 403),
        (charlie, f"/activities/log/of/{olena.pk}/", 403),
        (alice, "/activities/log/", 403),
        (alice, f"/activities/log/of/{hidden.pk}/", 404),
        (ada, f"/activities/log/of/{hidden.pk}/", 404),
    ):
        client.force_login(user)
        assert client.get(path).status_code == status
    client.force_login(bob)
    assert "/activities/log/of/" not in client.get(f"/contacts/{olena.pk}/").content.decode()
    client.force_login(alice)
    assert "/activities/log/of/" in client.get(f"/contacts/{olena.pk}/").content.decode()


def test_the_export_has_a_row_for_each_field_and_is_audited(client, ada, bob, now, olena):
    update_entity(actor=bob, entity=olena, fields={"nickname": "=1+1"}, expected_version=None, now=now)
    client.force_login(ada)

    answer = client.post("/activities/log/export/?verb=entity.updated")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")

    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["field"], row["before"], row["after"], row["by"]) for row in rows] == [
        ("nickname", "", "'=1+1", "Bob Sales")
    ]
    assert AuditEvent.objects.filter(actor=ada, verb="log.exported").exists()


def test_pages_ask_little_and_go_on_by_key(client, ada, bob, now, olena):
    for number in range(70):
        fields = {"nickname": f"Olya {number}"}
        update_entity(
            actor=bob, entity=olena, fields=fields, expected_version=None, now=now + timedelta(minutes=number)
        )
    client.force_login(ada)
    for path in ("/activities/log/", f"/activities/log/of/{olena.pk}/"):
        client.get(path)
        seen: list[str] = []
        after = ""
        for _page in range(5):
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(path, {"after": after}, headers={"HX-Request": "true"} if after else {})
            assert len(queries) <= 12, "\n".join(query["sql"] for query in queries)
            assert len(answer.content) < 100_000
            log = answer.context["log"]
            seen += [each.after for entry in log.entries for touched in entry.touched for each in touched.fields]
            after = log.after
            if not after:
                break
        assert [text for text in seen if text.startswith("Olya")] == [f"Olya {n}" for n in range(69, -1, -1)]
