"""Messages are found by their words in any language, by members alone, however far up they stand."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.projects.models import Membership, MessageWord
from apps.projects.selectors.search import find_messages
from apps.projects.services.finding import index_group
from apps.projects.services.members import add_members, make_group, open_direct, remove_member
from apps.projects.services.messages import delete_message, edit_message, post_message
from apps.projects.wording import asked, words_of
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(alice, bob):
    return make_group(actor=alice, title="Site visit", users=[bob], now=NOW)


def say(actor, group, text, key=""):
    key = key or f"message-{abs(hash(text))}"
    return post_message(actor=actor, group=group, text=text, client_id=key, now=NOW)


def found(user, text, group=None):
    return [each.text for each in find_messages(user, text, group_id=group.pk if group else None).messages]


@pytest.mark.parametrize(
    ("said", "sought"),
    [
        ("The oak windows arrived", "wind arr"[:4]),
        ("The oak windows arrived", "ARRIVED oak"),
        ("Müller wants Łódź", "muller lodz"),
        ("Вікна з дуба приїхали", "дуба вік"),
        ("П'ятак приніс об'єкт", "пятак"),
        ("窗户已经到了", "经到"),
        ("窗户已经到了", "窗"),
        ("お客様の窓が届いた", "窓が"),
        ("หน้าต่างมาถึงแล้ว", "ต่างมา"),
        ("وصلت النوافذ", "النواف"),
        ("Order 2024-117 is ready", "117"),
    ],
)
def test_words_are_found_in_any_language(bob, group, said, sought):
    say(bob, group, said)
    say(bob, group, "Something else")
    assert found(bob, sought, group) == [said]


def test_a_typo_and_the_middle_of_a_word_are_guessed_where_nothing_else_is_found(bob, group):
    say(bob, group, "The balustrade is crooked")
    assert found(bob, "balustrode", group) == ["The balustrade is crooked"]
    assert found(bob, "strade", group) == ["The balustrade is crooked"]
    assert find_messages(bob, "balustrode").is_guess
    assert found(bob, "zebra", group) == []


def test_outsiders_find_nothing_and_members_only_what_they_may_read(alice, bob, charlie, ada):
    closed = make_group(actor=alice, title="Closed", users=[bob], now=NOW, shows_history=False)
    say(bob, closed, "Secret window before")
    add_members(actor=alice, group=closed, users=[charlie], now=NOW)
    say(bob, closed, "Secret window after")
    say(alice, open_direct(actor=alice, other=bob, now=NOW), "Secret between us")
    assert found(bob, "secret") == ["Secret between us", "Secret window after", "Secret window before"]
    assert found(charlie, "secret") == found(charlie, "secret", closed) == ["Secret window after"]
    assert found(charlie, "secrit") == ["Secret window after"]
    assert found(ada, "secret") == found(ada, "secret", closed) == []
    remove_member(actor=charlie, member=Membership.objects.get(user=charlie), now=NOW)
    assert found(charlie, "secret") == []


def test_what_was_edited_or_deleted_is_found_by_what_it_says_now(bob, group):
    message = say(bob, group, "Oak at nine")
    edit_message(actor=bob, message=message, text="Pine at nine", now=NOW)
    assert (found(bob, "oak"), found(bob, "pine")) == ([], ["Pine at nine"])
    message.refresh_from_db()
    delete_message(actor=bob, message=message, now=NOW)
    assert found(bob, "pine") == []
    assert not MessageWord.objects.exists()


def test_what_was_said_before_there_was_an_index_is_indexed_once(bob, group):
    say(bob, group, "Oak arrived")
    MessageWord.objects.all().delete()
    assert found(bob, "oak") == []
    assert (index_group(group), index_group(group)) == (1, 1)
    assert found(bob, "oak") == ["Oak arrived"]


def test_a_hit_opens_in_its_place(client, bob, group):
    say(bob, group, "The needle lies here")
    for number in range(200):
        say(bob, group, f"Straw {number}", f"straw-{number:04}")
    client.force_login(bob)
    client.get(reverse("projects:group_search", args=[group.pk]))  # the frame is kept from here on
    with CaptureQueriesContext(connection) as asked_for:
        page = client.get(reverse("projects:group_search", args=[group.pk]), {"q": "needl"}).content.decode()
    assert len(asked_for) < 17  # few are found: words spelled alike are asked for too
    assert "<mark>needle</mark>" in page
    address = f"{reverse('projects:group', args=[group.pk])}?at=1"
    assert address in page
    opened = client.get(address).content.decode()
    assert "The needle lies here" in opened
    assert "data-newer" in opened
    assert address in client.get(reverse("projects:search"), {"q": "needle"}).content.decode()


@pytest.mark.parametrize("text", ["", " ", "%", "_", "'", "\x00", "\\", "a", "x" * 5_000, "\u202e\u200b", "((((", "🪟"])
def test_odd_questions_find_nothing_and_break_nothing(client, bob, group, text):
    say(bob, group, "Oak arrived")
    client.force_login(bob)
    for address in (reverse("projects:group_search", args=[group.pk]), reverse("projects:search")):
        assert client.get(address, {"q": text}).status_code == 200
    assert found(bob, text) == []


def test_the_box_of_ctrl_k_finds_messages_and_groups(client, bob, charlie, group):
    say(bob, group, "The balustrade is crooked")
    for user, count in ((bob, True), (charlie, False)):
        client.force_login(user)
        answer = client.get("/search/", {"q": "balustrade"}).content.decode()
        assert ("is crooked" in answer) is count
        assert (">Site visit<" in client.get("/search/", {"q": "site vis"}).content.decode()) is count


def test_words_are_cut_by_script():
    assert words_of("Oak-window 窗户到") == ["oak", "window", "窗户", "户到", "到"]
    assert asked("oak wind") == (["oak"], "wind")
    assert asked("oak wind ") == (["oak", "wind"], "")
    assert asked("窗户到") == (["窗户", "户到"], "")
