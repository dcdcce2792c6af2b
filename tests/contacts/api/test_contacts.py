"""The HTTP API of contacts, as a program would use it."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from apps.accounts.services.tokens import create_token
from apps.contacts.models import Entity
from apps.contacts.models.rights import forget_rights
from apps.contacts.services.merging.merge import merge_entities
from tests.contacts.factories import FolderFactory, PersonFactory

PERSON = {
    "first_name": "Olena",
    "last_name": "Koval",
    "emails": [{"address": "olena@vikna.example", "label": "work"}],
    "phones": [{"raw": "+380 44 123 45 67", "kind": "mobile"}],
    "jobs": [{"organisation_name": "Vikna Plus", "title": "Buyer"}],
}


class Api:
    """A client that sends a token and speaks JSON."""

    def __init__(self, token: str) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {token}"})

    def __call__(self, method: str, path: str, body=None, **headers):
        return self.client.generic(
            method, f"/api/v1{path}", json.dumps(body) if body is not None else b"", "application/json", headers=headers
        )


@pytest.fixture
def api_of(now):
    def make(user, *scopes):
        _row, text = create_token(
            actor=user,
            user=user,
            name="test",
            scopes=scopes or ("contacts:read", "contacts:write"),
            expires_at=None,
            now=now,
        )
        return Api(text)

    return make


def test_a_program_makes_reads_changes_trashes_and_restores_a_contact(bob, api_of):
    api = api_of(bob)

    made = api("POST", "/contacts", PERSON)
    assert made.status_code == 201, made.content
    contact = made.json()
    assert made["Location"] == f"/api/v1/contacts/{contact['id']}"
    assert contact["organisation"] == "Vikna Plus"
    assert contact["units"][0]["phones"][0]["e164"] == "+380441234567"

    changed = api("PATCH", f"/contacts/{contact['id']}", {"job_title": "x"})
    assert changed.status_code == 422  # a copy for lists can't be set
    changed = api("PATCH", f"/contacts/{contact['id']}", {"nickname": "Olya"}, if_match=made["ETag"])
    assert changed.status_code == 200, changed.content
    assert changed.json()["nickname"] == "Olya"
    assert changed["ETag"] != made["ETag"]

    assert api("DELETE", f"/contacts/{contact['id']}").status_code == 204
    assert Entity.objects.get(pk=contact["id"]).trashed_at is not None
    restored = api("POST", f"/contacts/{contact['id']}/restore")
    assert restored.json()["trashed_at"] is None


def test_a_stale_version_is_refused_and_a_current_one_spares_the_body(bob, api_of):
    api = api_of(bob)
    made = api("POST", "/contacts", PERSON)
    path = f"/contacts/{made.json()['id']}"
    api("PATCH", path, {"notes": "first"})

    refused = api("PATCH", path, {"notes": "second"}, if_match=made["ETag"])
    assert refused.status_code == 412
    assert refused["Content-Type"] == "application/problem+json"
    current = api("GET", path)
    assert current.json()["notes"] == "first"
    assert api("GET", path, if_none_match=current["ETag"]).status_code == 304


def test_a_key_sent_twice_makes_one_contact_and_another_body_is_a_conflict(bob, api_of):
    api = api_of(bob)

    first = api("POST", "/contacts", PERSON, idempotency_key="k-1")
    again = api("POST", "/contacts", PERSON, idempotency_key="k-1")
    other = api("POST", "/contacts", {**PERSON, "first_name": "Iryna"}, idempotency_key="k-1")

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 409)
    assert again.json() == first.json()
    assert again["Idempotent-Replay"] == "true"
    assert Entity.objects.people().count() == 1 + _colleagues()


def _colleagues() -> int:
    return Entity.objects.people().filter(user__isnull=False).count()


def test_what_is_wrong_is_said_by_field(bob, api_of):
    api = api_of(bob)

    nameless = api("POST", "/contacts", {"kind": "person"})
    unknown = api("POST", "/contacts", {**PERSON, "shoe_size": 38})
    wrong = api("POST", "/contacts", {**PERSON, "emails": [{"address": "no address"}]})

    assert nameless.status_code == unknown.status_code == wrong.status_code == 422
    assert "last_name" in nameless.json()["errors"]
    assert any("shoe_size" in place for place in unknown.json()["errors"])
    assert "emails.0.address" in wrong.json()["errors"]


def test_pages_follow_each_other_without_gaps_or_doubles(bob, api_of):
    for number in range(7):
        PersonFactory(first_name="Same", last_name=f"Name {number % 2}")
    api = api_of(bob)

    seen, after = [], ""
    for _ in range(10):
        page = api("GET", f"/contacts?limit=3&after={after}").json()
        seen += [row["id"] for row in page["items"]]
        after = page["next"]
        if after is None:
            break

    assert len(seen) == len(set(seen)) == Entity.objects.visible_to(bob).live().count()


def test_what_a_folder_hides_is_absent_from_the_api(bob, charlie, api_of):
    hidden = PersonFactory(folder=FolderFactory(name="Mine", kind="personal", owner=bob))
    forget_rights()
    api = api_of(charlie)

    assert hidden.pk not in [row["id"] for row in api("GET", "/contacts").json()["items"]]
    for method, path in [
        ("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/restore"), ("POST", "/units"), ("POST", "/emails"),
    ]:  # fmt: skip
        body = {"address": "a@b.example"} if path == "/emails" else {}
        assert api(method, f"/contacts/{hidden.pk}{path}", body).status_code == 404


def test_a_token_does_only_what_it_was_made_for(bob, api_of):
    reader = api_of(bob, "contacts:read")

    assert reader("GET", "/contacts").status_code == 200
    refused = reader("POST", "/contacts", PERSON)
    assert refused.status_code == 403
    assert "contacts:write" in refused.json()["detail"]
    assert Api("rapport_wrong")("GET", "/contacts").status_code == 401


def test_parts_are_added_and_removed(bob, api_of):
    api = api_of(bob)
    path = f"/contacts/{api('POST', '/contacts', PERSON).json()['id']}"

    added = api("POST", f"{path}/emails", {"address": "home@vikna.example", "label": "home"}).json()
    emails = added["units"][0]["emails"]
    assert [email["address"] for email in emails] == ["olena@vikna.example", "home@vikna.example"]
    assert api("DELETE", f"{path}/emails/{emails[0]['id']}").status_code == 204
    left = api("GET", path).json()
    assert left["primary_email"] == "home@vikna.example"


def test_the_schema_and_its_page_show_every_route(client, bob):
    client.force_login(bob)

    schema = client.get("/api/v1/openapi.json").json()
    page = client.get("/api/v1/docs/").content.decode()

    assert schema["openapi"].startswith("3.1")
    for path in schema["paths"]:
        assert path in page


def test_a_merged_contact_leads_to_the_one_it_is_part_of(bob, charlie, api_of, now):
    winner, loser = PersonFactory(), PersonFactory()
    merge_entities(actor=bob, winner=winner, losers=[loser], take={}, expected_versions={}, now=now)

    answer = api_of(bob)("GET", f"/contacts/{loser.pk}")
    assert (answer.status_code, answer["Location"]) == (301, f"/api/v1/contacts/{winner.pk}")
    assert api_of(bob)("GET", f"/contacts/{winner.pk}").json()["merged_into_id"] is None

    Entity.objects.filter(pk=winner.pk).update(folder=FolderFactory(kind="personal", owner=bob))
    forget_rights()
    answer = api_of(charlie)("GET", f"/contacts/{loser.pk}")
    assert answer.status_code == 200
    assert answer.json()["merged_into_id"] == winner.pk
