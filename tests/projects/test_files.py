"""Files of groups: checked by what they are, brought once by one, and shown to members alone."""

from __future__ import annotations

import io
import json

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from apps.projects.models import Attachment, Membership, Message
from apps.projects.services.attaching import MOST_FILES, keep_file, seal
from apps.projects.services.members import make_group, remove_member
from apps.projects.services.messages import delete_message, post_message
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

WEBM = b"\x1a\x45\xdf\xa3" + b"\x00" * 20 + b"webm" + b"\x00" * 200


@pytest.fixture
def group(alice, bob):
    return make_group(actor=alice, title="Site visit", users=[bob], now=NOW)


def picture(kind="JPEG", size=(3000, 1500), place=False) -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    if place:
        exif.get_ifd(0x8825)[1] = "N"
        exif[0x010F] = "Spy Camera"
    Image.new("RGB", size, "teal").save(out, kind, exif=exif)
    return out.getvalue()


def bring(actor, group, name, content, **more):
    kept = keep_file(actor=actor, group=group, upload=SimpleUploadedFile(name, content), now=NOW, **more)
    return seal(kept, actor=actor, group=group)


def say(actor, group, *seals, text="", key="message-1"):
    return post_message(actor=actor, group=group, client_id=key, text=text, files=seals, now=NOW)


def test_a_picture_is_made_small_and_loses_where_it_was_taken(client, bob, group):
    say(bob, group, bring(bob, group, "IMG 1.jpeg", picture(place=True)))
    row = Attachment.objects.get()
    assert (row.kind, row.name, row.width, row.height) == ("picture", "IMG 1.jpg", 2000, 1000)
    client.force_login(bob)
    large = client.get(reverse("projects:file", args=[group.pk, row.pk]))
    small = client.get(reverse("projects:file_thumbnail", args=[group.pk, row.pk]))
    assert large["Content-Type"] == small["Content-Type"] == "image/jpeg"
    assert b"Spy Camera" not in large.getvalue()
    assert Image.open(io.BytesIO(small.getvalue())).size == (480, 240)


def test_a_plan_is_handed_over_as_a_download_and_never_opened_as_a_page(client, bob, group):
    say(bob, group, bring(bob, group, "../../plan<b>.html", b"<script>alert(1)</script>"))
    row = Attachment.objects.get()
    client.force_login(bob)
    answer = client.get(reverse("projects:file", args=[group.pk, row.pk]))
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/octet-stream"
    page = client.get(reverse("projects:group", args=[group.pk])).content.decode()
    assert "plan&lt;b&gt;.html" in page
    assert "plan<b>" not in page


def test_outsiders_and_those_who_left_get_neither_files_nor_thumbnails(client, alice, bob, charlie, ada, group):
    say(bob, group, bring(bob, group, "a.png", picture("PNG", (80, 40))))
    row = Attachment.objects.get()
    addresses = [reverse(f"projects:{name}", args=[group.pk, row.pk]) for name in ("file", "file_thumbnail")]
    client.force_login(alice)
    assert [client.get(each).status_code for each in addresses] == [200, 200]
    remove_member(actor=bob, member=Membership.objects.get(user=bob), now=NOW)
    for outsider in (charlie, ada, bob):
        client.force_login(outsider)
        assert [client.get(each).status_code for each in addresses] == [404, 404]
        assert client.get(reverse("projects:group_files", args=[group.pk])).status_code == 404
        assert not Attachment.objects.visible_to(outsider).exists()
        with pytest.raises(PermissionDenied):
            bring(outsider, group, "b.txt", b"B")


def test_a_file_isnt_reached_through_another_group(client, alice, bob, group):
    say(bob, group, bring(bob, group, "a.txt", b"A"))
    own = make_group(actor=alice, title="Mine", users=[], now=NOW)
    client.force_login(alice)
    assert client.get(reverse("projects:file", args=[own.pk, Attachment.objects.get().pk])).status_code == 404


def test_the_files_of_a_deleted_message_are_gone(client, bob, group):
    message = say(bob, group, bring(bob, group, "a.txt", b"A"), text="See")
    delete_message(actor=bob, message=message, now=NOW)
    client.force_login(bob)
    assert client.get(reverse("projects:file", args=[group.pk, Attachment.objects.get().pk])).status_code == 404
    assert b"a.txt" not in client.get(reverse("projects:group", args=[group.pk])).content
    assert b"a.txt" not in client.get(reverse("projects:group_files", args=[group.pk])).content


def test_a_seal_is_for_its_bringer_and_group_alone(alice, bob, group):
    sealed = bring(bob, group, "a.txt", b"A")
    other = make_group(actor=alice, title="Other", users=[bob], now=NOW)
    for actor, place, given in (
        (alice, group, sealed),
        (bob, other, sealed),
        (bob, group, sealed + "x"),
        (bob, group, ""),
    ):
        with pytest.raises(ValidationError):
            say(actor, place, given)
    assert not Message.objects.exists()


def test_too_many_files_are_refused_with_the_limit(client, bob, group):
    sealed = bring(bob, group, "a.txt", b"A")
    with pytest.raises(ValidationError, match=str(MOST_FILES)):
        say(bob, group, *[sealed] * 500)
    client.force_login(bob)
    acts = [{"key": "message-7", "text": "", "member": Membership.objects.get(user=bob).pk, "files": [sealed] * 2}]
    answer = client.post(reverse("projects:message_post", args=[group.pk]), {"acts": json.dumps(acts)})
    assert answer.json()["answers"][0]["state"] == "done"
    assert Attachment.objects.count() == 2


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.txt", b""),
        (
            "bomb.png",
            b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x01\x00\x00\x00\x01\x00\x00\x08\x02\x00\x00\x00" + b"\x00" * 50,
        ),
        ("torn.jpg", b"\xff\xd8\xff\xe0" + b"\x00" * 80),
        ("none.heic", b"\x00\x00\x00\x18ftypheic" + b"\x00" * 80),
    ],
)
def test_what_is_empty_damaged_or_a_bomb_is_refused_with_words(client, bob, group, name, content):
    client.force_login(bob)
    upload = SimpleUploadedFile(name, content)
    answer = client.post(reverse("projects:file_bring", args=[group.pk]), {"file": upload})
    assert answer.status_code == 422
    assert answer.content
    assert client.post(reverse("projects:file_bring", args=[group.pk])).status_code == 422


def test_a_bomb_of_pixels_is_not_unpacked(bob, group):
    with pytest.raises(ValidationError):
        bring(bob, group, "bomb.png", picture("PNG", (9_000, 6_000)))


def test_a_voice_is_kept_as_recorded_and_told_by_its_content(client, bob, group):
    say(bob, group, bring(bob, group, "x.webm", WEBM, seconds=65))
    row = Attachment.objects.get()
    assert (row.kind, row.seconds, row.file.mime_type) == ("voice", 65, "audio/webm")
    client.force_login(bob)
    address = reverse("projects:file", args=[group.pk, row.pk])
    assert client.get(address).getvalue() == WEBM
    part = client.get(address, headers={"range": "bytes=24-27"})
    assert (part.status_code, part.content, part["Content-Range"]) == (206, b"webm", f"bytes 24-27/{len(WEBM)}")
    assert client.get(address, headers={"range": "bytes=99999-"}).status_code == 416
    assert b"1:05" in client.get(reverse("projects:group", args=[group.pk])).content
    for content, seconds in ((b"<script>" * 20, 5), (WEBM, 999_999)):
        with pytest.raises(ValidationError):
            bring(bob, group, "x.webm", content, seconds=seconds)


def test_many_files_cost_no_more_queries(client, bob, group):
    client.force_login(bob)
    client.get(reverse("projects:group", args=[group.pk]))
    counts = []
    for number in range(2):
        for each in range(3):
            say(
                bob,
                group,
                bring(bob, group, f"{number}{each}.txt", f"{number}{each}".encode()),
                key=f"files-{number}-{each}",
            )
        for name in ("group", "group_files"):
            with CaptureQueriesContext(connection) as asked:
                client.get(reverse(f"projects:{name}", args=[group.pk]))
            counts.append(len(asked))
    assert counts[:2] == counts[2:]
