"""Programs read and write in groups exactly what their user may; everybody else meets a 404 or a lacking scope."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.services.tokens import create_token
from apps.contacts.models import Entity, Folder
from apps.projects.models import BroughtFile, Message, ReadMark
from apps.projects.services.members import make_group, open_direct
from apps.projects.services.messages import post_message
from apps.projects.services.participants import add_participants
from apps.projects.services.projects import make_project_of
from tests.conftest import NOW
from tests.contacts.factories import FolderFactory, PersonFactory

pytestmark = pytest.mark.django_db
SCOPES = ("groups:read", "groups:write", "projects:read")


class Program:
    """Asks with a token of `user`."""

    def __init__(self, client, user, *scopes: str) -> None:
        wanted = list(scopes or SCOPES)
        _token, raw = create_token(actor=user, user=user, name="Program", scopes=wanted, expires_at=None, now=NOW)
        self.client, self.headers = client, {"Authorization": f"Bearer {raw}"}

    def ask(self, method: str, path: str, data=None):
        body = b"" if data is None else json.dumps(data).encode()
        return self.client.generic(method, f"/api/v1/{path}", body, "application/json", headers=self.headers)

    def read(self, path: str):
        answer = self.ask("GET", path)
        assert answer.status_code == 200, answer.content
        return answer.json()


@pytest.fixture
def group(alice, bob):
    """Alice owns it, bob is in it; charlie isn't."""
    return make_group(actor=alice, title="Site visit", users=[bob], now=NOW)


@pytest.fixture
def program(client, bob) -> Program:
    return Program(client, bob)


def say(actor, group, text, key):
    return post_message(actor=actor, group=group, text=text, client_id=f"message-{key:04}", now=NOW)


def test_a_message_is_posted_once_edited_and_deleted(program, group, alice):
    path = f"groups/{group.pk}/messages"
    answers = [program.ask("POST", path, {"text": "Oak arrived", "client_id": "crane-00001"}) for _ in range(2)]
    assert [each.status_code for each in answers] == [201, 201]
    first, again = (each.json() for each in answers)
    assert (first["id"], first["seq"], Message.objects.count()) == (again["id"], 1, 1)
    assert answers[0]["Location"] == f"/api/v1/{path}/{first['id']}"

    edited = program.ask("PATCH", f"{path}/{first['id']}", {"text": "Oak and pine arrived"}).json()
    assert (edited["text"], edited["rev"] > first["rev"]) == ("Oak and pine arrived", True)
    assert program.ask("DELETE", f"{path}/{first['id']}").status_code == 204
    [gone] = program.read(f"{path}?after_rev={edited['rev']}")["items"]
    assert (gone["id"], gone["text"], gone["deleted_at"] is not None) == (first["id"], "", True)


def test_outsiders_find_nothing_and_members_change_only_what_is_theirs(client, program, group, alice, charlie):
    said = say(alice, group, "Mine", 1)
    path = f"groups/{group.pk}/messages/{said.pk}"
    assert program.ask("PATCH", path, {"text": "Yours"}).status_code == 403
    assert program.ask("DELETE", path).status_code == 403
    outsider = Program(client, charlie)
    for method, where, data in [
        ("GET", f"groups/{group.pk}", None),
        ("GET", f"groups/{group.pk}/members", None),
        ("GET", f"groups/{group.pk}/messages", None),
        ("POST", f"groups/{group.pk}/messages", {"text": "Me too"}),
        ("GET", path, None),
        ("DELETE", path, None),
        ("POST", f"{path}/react", {"sign": "👍"}),
        ("POST", f"{path}/pin", {}),
        ("POST", f"groups/{group.pk}/read", {"seq": 1}),
        ("GET", f"groups/{group.pk}/files", None),
        ("GET", f"groups/search?q=Mine&group_id={group.pk}", None),
    ]:
        assert outsider.ask(method, where, data).status_code == 404, (method, where)
    assert outsider.read("groups")["items"] == []
    assert outsider.read("groups/search?q=Mine")["items"] == []


def test_what_a_token_was_not_made_for_is_refused(client, bob, group):
    reader = Program(client, bob, "groups:read")
    assert reader.ask("POST", f"groups/{group.pk}/messages", {"text": "Hello"}).status_code == 403
    assert reader.ask("GET", "projects").status_code == 403
    writer = Program(client, bob, "groups:write")
    assert writer.ask("GET", f"groups/{group.pk}/messages").status_code == 403
    assert writer.ask("POST", f"groups/{group.pk}/messages", {"text": "Hello"}).status_code == 201


def test_catching_up_misses_nothing_and_tells_nothing_twice(program, group, alice):
    path = f"groups/{group.pk}/messages"
    for number in range(7):
        say(alice, group, f"Line {number}", number)
    latest = program.read(f"{path}?limit=3")
    assert [each["text"] for each in latest["items"]] == ["Line 4", "Line 5", "Line 6"]
    assert (latest["has_more"], latest["rev"]) == (True, 7)
    older = program.read(f"{path}?limit=3&before=5")
    assert [each["seq"] for each in older["items"]] == [2, 3, 4]
    rev, heard = 0, []
    while True:
        page = program.read(f"{path}?limit=3&after_rev={rev}")
        heard += [each["seq"] for each in page["items"]]
        rev = page["rev"]
        if not page["has_more"]:
            break
    assert (heard, rev) == ([1, 2, 3, 4, 5, 6, 7], 7)
    assert program.ask("GET", f"{path}?after_rev=1&before=5").status_code == 422


def test_a_page_of_messages_asks_the_same_however_many_there_are(program, group, alice):
    counts = []
    for number in range(2):
        for line in range(20):
            say(alice, group, f"Line {line}", number * 20 + line)
        with CaptureQueriesContext(connection) as asked:
            program.read(f"groups/{group.pk}/messages")
        counts.append(len(asked))
    assert counts[1] <= counts[0] <= 14


def test_reactions_pins_and_reading(program, group, alice, bob):
    said = say(alice, group, "Decided: oak", 1)
    path = f"groups/{group.pk}/messages/{said.pk}"
    assert program.ask("POST", f"{path}/react", {"sign": "👍"}).status_code == 204
    assert program.ask("POST", f"{path}/react", {"sign": "🍕"}).status_code == 422
    assert program.ask("POST", f"{path}/pin", {}).status_code == 204
    told = program.read(path)
    assert (told["is_pinned"], [each["sign"] for each in told["reactions"]]) == (True, ["👍"])
    assert program.ask("POST", f"groups/{group.pk}/read", {"seq": 1}).status_code == 204
    assert ReadMark.objects.get(membership__user=bob).read_seq == 1
    assert program.read(f"groups/{group.pk}")["read_seq"] == 1


def test_a_file_is_brought_said_and_read_by_members_alone(client, program, group, bob, charlie):
    brought = client.post(
        f"/api/v1/groups/{group.pk}/files",
        {"file": SimpleUploadedFile("plan.txt", b"Oak, 3 m")},
        headers=program.headers,
    )
    assert brought.status_code == 201, brought.content
    assert BroughtFile.objects.get().file.size == 8  # swept away where no message follows
    key = brought.json()["key"]
    said = program.ask("POST", f"groups/{group.pk}/messages", {"files": [key]}).json()
    [kept] = said["files"]
    assert (kept["name"], kept["size"], kept["kind"]) == ("plan.txt", 8, "file")
    answer = program.ask("GET", f"groups/{group.pk}/files/{kept['id']}")
    assert b"".join(answer.streaming_content) == b"Oak, 3 m"
    assert [each["id"] for each in program.read(f"groups/{group.pk}/files")["items"]] == [kept["id"]]
    outsider = Program(client, charlie)
    assert outsider.ask("GET", f"groups/{group.pk}/files/{kept['id']}").status_code == 404
    elsewhere = make_group(actor=charlie, title="Elsewhere", users=[], now=NOW)
    stolen = outsider.ask("POST", f"groups/{elsewhere.pk}/messages", {"files": [key]})
    assert stolen.status_code == 422


def test_groups_are_listed_page_by_page_under_the_names_that_one_sees(program, group, alice, bob):
    open_direct(actor=alice, other=bob, now=NOW)
    first = program.read("groups?limit=1")
    rest = program.read(f"groups?after={first['next']}")
    assert [each["title"] for each in [*first["items"], *rest["items"]]] == ["Site visit", str(alice)]
    assert (first["items"][0]["role"], rest["next"]) == ("member", None)
    assert [each["name"] for each in program.read(f"groups/{group.pk}/members")["items"]] == [str(alice), str(bob)]
    assert program.ask("GET", "groups?after=x").status_code == 422


def test_what_was_said_is_found(program, group, alice):
    say(alice, group, "Oak arrived at the site", 1)
    say(alice, group, "Nothing of that", 2)
    found = program.read("groups/search?q=oak arr")
    assert [each["text"] for each in found["items"]] == ["Oak arrived at the site"]


def test_a_project_shows_who_takes_part_as_far_as_one_sees_them(client, program, group, alice, bob, charlie):
    project = make_project_of(actor=alice, group=group, now=NOW)
    olha, hanna = PersonFactory(display_name="Olha Open"), PersonFactory(display_name="Hanna Hidden")
    both = Entity.objects.filter(pk__in=[olha.pk, hanna.pk])
    add_participants(actor=alice, project=project, entities=both, role="Architect", now=NOW)
    Entity.objects.filter(pk=hanna.pk).update(folder=FolderFactory(kind=Folder.Kind.PERSONAL, owner=alice))
    told = program.read(f"projects/{group.pk}/participants")["items"]
    assert [(each["name"], each["contact_id"]) for each in told] == [("Hanna Hidden", None), ("Olha Open", olha.pk)]
    assert [each["id"] for each in program.read("projects")["items"]] == [group.pk]
    assert program.read(f"projects/{group.pk}/tasks") == {"items": [], "next": None}
    assert program.read(f"projects/{group.pk}/history")["next"] is None
    outsider = Program(client, charlie)
    for path in ("", "/participants", "/tasks", "/history"):
        assert outsider.ask("GET", f"projects/{group.pk}{path}").status_code == 404
    assert outsider.read("projects")["items"] == []
