"""Exports of Telegram Desktop become projects: the files of others as they are, and small ones with a quirk each."""

from __future__ import annotations

import io
import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from apps.projects.models import Attachment, Group, Membership, Message, MessageLink, Project
from apps.projects.telegram.reading import NotAnExport, Said, read_chats, read_entry
from tests.conftest import CORPUS
from tests.contacts.factories import EmailAddressFactory

EXPORTS = sorted((CORPUS / "telegram").rglob("*.json"))


def run(path: Path, **options: object) -> dict[str, Any]:
    out = io.StringIO()
    call_command("import_telegram", str(path), "--json", stdout=out, stderr=io.StringIO(), **options)
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


def export(folder: Path, *messages: dict, **more: object) -> Path:
    path = folder / "result.json"
    rows = [{"type": "message", "date_unixtime": "1769932800", "from": "Olena", "text": "", **row} for row in messages]
    path.write_text(json.dumps({"name": "Oak Street 5", "messages": rows, **more}), encoding="utf-8")
    return path


@pytest.mark.skipif(
    not EXPORTS,
    reason=f"the folder of real files is not at {CORPUS}: no export of others was read (set RAPPORT_CORPUS)",
)
@pytest.mark.django_db
@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: str(path.relative_to(CORPUS)))
def test_exports_of_others_come_in_with_the_numbers_that_they_have(path, alice):
    expected = json.loads((CORPUS / "expected.json").read_text())[path.relative_to(CORPUS).as_posix()]
    for chat in expected["chats"]:
        options = {"chat": chat["name"]} if len(expected["chats"]) > 1 else {}
        told = run(path, project=f"From {path.stem}", actor=alice.email, **options)
        assert (told["service"], told["rejected"]) == (chat["service"], chat["other_type"])
        assert told["messages"] == chat["messages"]
        messages = Message.objects.filter(group=told["project"])
        assert {each.author.display_name for each in messages} <= set(chat["senders"])
        assert messages.filter(reply_to__isnull=False).count() == chat["replies"]
        assert messages.earliest("seq").text.startswith(chat["first_text"])


@pytest.mark.django_db
def test_a_reply_stands_under_its_message_and_dates_links_and_edits_are_kept(tmp_path, alice):
    path = export(
        tmp_path,
        {"id": 5, "text": ["See ", {"type": "text_link", "text": "here", "href": "https://oak.example/plan"}]},
        {"id": 9, "from": "Ivan", "text": "Thanks", "reply_to_message_id": 5, "edited_unixtime": "1769932900"},
        {"id": 10, "from": "Ivan", "text": "To nobody", "reply_to_message_id": 4},
    )
    told = run(path, actor=alice.email)
    first, second, third = Message.objects.order_by("seq")
    assert (told["messages"], told["members"], Project.objects.get().group.title) == (3, 2, "Oak Street 5")
    assert (second.reply_to, third.reply_to) == (first, None)
    assert first.text == "See here (https://oak.example/plan)"
    assert MessageLink.objects.get().message == first
    assert first.sent_at == datetime(2026, 2, 1, 8, tzinfo=UTC)
    assert second.edited_at == datetime(2026, 2, 1, 8, 1, 40, tzinfo=UTC)
    assert Group.objects.get().last_seq == 3


@pytest.mark.django_db
def test_names_stand_for_colleagues_and_contacts_where_one_says_so(tmp_path, alice, bob):
    olena = EmailAddressFactory(address="olena@example.com").entity
    path = export(tmp_path, {"from": "Bobby"}, {"text": "Hi"}, {"from": "Bobby", "text": "Hello"}, {"from": "X"})
    member = [f"Bobby={bob.email}", "Olena=olena@example.com"]
    run(path, actor=alice.email, member=member)
    assert set(Membership.objects.values_list("user__email", "entity", "display_name")) == {
        (alice.email, None, "Alice Manager"),
        (bob.email, None, "Bob Sales"),
        (None, olena.pk, olena.display_name),
        (None, None, "X"),
    }
    assert Message.objects.visible_to(bob).count() == 4
    with pytest.raises(CommandError, match=r"nobody@example\.com"):
        run(path, actor=alice.email, member=["X=nobody@example.com"])


@pytest.mark.django_db
def test_files_come_along_and_those_that_are_missing_are_named(tmp_path, alice):
    (tmp_path / "photos").mkdir()
    Image.new("RGB", (900, 600), "brown").save(tmp_path / "photos" / "oak.jpg")
    (tmp_path / "plan.txt").write_text("Oak")
    (tmp_path / "voice.ogg").write_bytes(b"no recording")
    (tmp_path / "bomb.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    path = export(
        tmp_path,
        {"photo": "photos/oak.jpg"},
        {"file": "plan.txt", "file_name": "plan.txt", "text": "The plan"},
        {"file": "voice.ogg", "media_type": "voice_message", "duration_seconds": 3},
        {"file": "(File not included. Change data exporting settings to download.)", "file_name": "film.mp4"},
        {"file": "../../../etc/passwd"},
        {"photo": "bomb.png", "text": "Look"},
    )
    told = run(path, actor=alice.email)
    assert (told["messages"], told["files"], told["missing_files"]) == (6, 3, 3)
    assert told["missing"] == ["film.mp4", "../../../etc/passwd", "bomb.png"]
    kinds = Attachment.objects.order_by("message__seq").values_list("kind", "name")
    assert list(kinds) == [("picture", "oak.jpg"), ("file", "plan.txt"), ("file", "voice.ogg")]
    assert Message.objects.get(seq=4).text == "[missing: film.mp4]"
    assert Message.objects.get(seq=6).text == "Look\n[missing: bomb.png]"


@pytest.mark.django_db
def test_what_is_broken_is_told_and_the_rest_comes_in(tmp_path, alice):
    path = export(
        tmp_path,
        {"text": "Good"},
        {"date_unixtime": None, "text": "Never"},
        {"date_unixtime": "99999999999999", "text": "Some day"},
        {"type": "unsupported"},
        {"text": 7},
        {"type": "service", "action": "pin_message"},
    )
    told = run(path, actor=alice.email)
    assert (told["messages"], told["service"], told["rejected"]) == (2, 1, 3)
    assert [each["index"] for each in told["rejections"]] == [2, 3, 4]
    assert list(Message.objects.order_by("seq").values_list("text", flat=True)) == ["Good", "[can't be shown]"]


@pytest.mark.django_db
@pytest.mark.parametrize("broken", [b"", b'{"messages": [', b"[]", b'{"about": 1}', b"\xff\xfe", b"[" * 100_000])
def test_a_file_that_is_no_export_says_so_and_makes_nothing(tmp_path, broken, alice):
    (tmp_path / "result.json").write_bytes(broken)
    with pytest.raises(SystemExit) as ended:
        run(tmp_path, actor=alice.email)
    assert ended.value.code == 2
    assert not Group.objects.exists()


@pytest.mark.django_db
def test_of_an_account_one_chat_is_chosen(tmp_path, alice):
    chats: list[dict[str, Any]] = [{"name": name, "messages": []} for name in ("Site", "Family")]
    path = tmp_path / "result.json"
    path.write_text(json.dumps({"chats": {"list": chats}}))
    with pytest.raises(CommandError, match=r"Site.*Family"):
        run(path, actor=alice.email)
    run(path, actor=alice.email, chat="Site")
    assert Project.objects.get().group.title == "Site"


def test_what_no_database_takes_is_left_out():
    row = {"type": "message", "from": "Olena", "from_id": "user\x001", "date": "2026-10-01T10:00:00", "text": "Oak"}
    places: list[dict[str, Any]] = [{"latitude": 10**400, "longitude": 2}, {"latitude": 49.84, "longitude": 24.03}]
    texts = []
    for place in places:
        raw = msgspec.Raw(json.dumps({**row, "location_information": place}).encode())
        entry = read_entry(raw, ZoneInfo("Europe/Kyiv"))
        assert isinstance(entry, Said)
        assert entry.sender_id == "user1"
        texts.append(entry.text)
    assert texts == ["Oak", "Oak\nPlace: 49.84000, 24.03000"]


_KEYS = st.sampled_from(["messages", "chats", "list", "name", "text"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(_KEYS, inner),
)


@given(_JSON)
def test_whatever_json_it_is_it_is_read_or_refused(value):
    with suppress(NotAnExport):
        assert read_chats(json.dumps(value).encode())
