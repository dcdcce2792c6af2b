"""Files and links of a group: tabs of a project, sheets over a chat; looked for by name, kind and sender."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.projects.models import Attachment, Membership
from apps.projects.services.attaching import keep_file, seal
from apps.projects.services.members import make_group
from apps.projects.services.messages import post_message
from apps.projects.services.projects import make_project_of
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(alice, bob):
    return make_group(actor=alice, title="Oak Street 5", users=[bob], now=NOW)


def send(actor, group, key, *, name="", text=""):
    seals = []
    if name:
        kept = keep_file(actor=actor, group=group, upload=SimpleUploadedFile(name, b"%PDF"), now=NOW)
        seals = [seal(kept, actor=actor, group=group)]
    return post_message(actor=actor, group=group, client_id=f"message-{key}", text=text, files=seals, now=NOW)


def test_files_and_links_are_tabs_of_a_project_and_pages_of_a_mere_group(
    client, alice, bob, group, django_assert_max_num_queries
):
    send(alice, group, 1, name="plan.pdf")
    send(bob, group, 2, name="offer.pdf", text="See https://oak.example/doors")
    client.force_login(bob)
    for route, words in (("group_files", "plan.pdf"), ("group_links", "oak.example/doors")):
        mere = client.get(reverse(f"projects:{route}", args=[group.pk])).content.decode()
        assert words in mere
        assert "Parts of this project" not in mere
    make_project_of(actor=alice, group=group, now=NOW)
    for route, words in (("group_files", "plan.pdf"), ("group_links", "oak.example/doors")):
        with django_assert_max_num_queries(13):
            page = client.get(reverse(f"projects:{route}", args=[group.pk])).content.decode()
        assert words in page
        assert "Parts of this project" in page
        sheet = client.get(
            reverse(f"projects:{route}", args=[group.pk]), headers={"HX-Request": "true", "HX-Target": "sheet"}
        ).content.decode()
        assert "sheet-page" in sheet
        assert words in sheet


def test_files_are_found_by_name_kind_and_sender(client, alice, bob, group):
    send(alice, group, 1, name="plan of the house.pdf")
    send(bob, group, 2, name="offer.pdf")
    client.force_login(bob)
    address = reverse("projects:group_files", args=[group.pk])
    alices = Membership.objects.get(user=alice).pk

    def shown(**asked):
        page = client.get(address, asked, headers={"HX-Request": "true", "HX-Target": "chat-parts"}).content.decode()
        return [name for name in ("plan of the house.pdf", "offer.pdf") if name in page]

    assert shown(q="PLAN") == ["plan of the house.pdf"]
    assert shown(sender=alices) == ["plan of the house.pdf"]
    assert shown(sender=alices, q="offer") == shown(kind="voice") == []
    assert shown(sender="nobody", kind="nonsense") == ["plan of the house.pdf", "offer.pdf"]


def test_links_are_found_by_address_and_sender(client, alice, bob, group):
    send(alice, group, 1, text="https://oak.example/doors")
    send(bob, group, 2, text="https://pine.example/")
    client.force_login(alice)
    address = reverse("projects:group_links", args=[group.pk])
    page = client.get(address, {"q": "oak"}).content.decode()
    assert "oak.example" in page
    assert "pine.example" not in page
    page = client.get(address, {"sender": Membership.objects.get(user=bob).pk}).content.decode()
    assert "oak.example" not in page


def test_a_second_page_of_files_keeps_what_was_asked_for(client, alice, group):
    message = send(alice, group, 1, name="plan.pdf")
    one = Attachment.objects.get()
    Attachment.objects.bulk_create(
        Attachment(group=group, message=message, file=one.file, name=f"plan {number}.pdf") for number in range(70)
    )
    client.force_login(alice)
    page = client.get(reverse("projects:group_files", args=[group.pk]), {"q": "plan"}).content.decode()
    assert "?q=plan&amp;before=" in page
    assert "plan 5.pdf" not in page


def test_who_came_later_is_told_no_sender_of_before_and_outsiders_come_in_nowhere(client, alice, bob, charlie):
    group = make_group(actor=alice, title="Closed past", users=[], shows_history=False, now=NOW)
    send(alice, group, 1, name="secret.pdf", text="https://secret.example")
    Membership.objects.create(group=group, user=bob, display_name="Bob", joined_at=NOW, from_seq=group.last_seq + 1)
    client.force_login(bob)
    for route in ("group_files", "group_links"):
        page = client.get(reverse(f"projects:{route}", args=[group.pk])).content.decode()
        assert "secret" not in page
        assert f'<option value="{Membership.objects.get(user=alice).pk}"' not in page
    client.force_login(charlie)
    assert client.get(reverse("projects:group_links", args=[group.pk])).status_code == 404
