"""The list of mail: boxes, mailboxes, search, what is done to a selection."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core import clock
from apps.core.models import Operation
from apps.messaging.models import Draft, MailCopy, MailShare, ThreadState
from tests.messaging.factories import Part, mail_in, mailbox_of

HTMX = {"HX-Request": "true"}
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _clock(monkeypatch, now):
    monkeypatch.setattr(clock, "now", lambda: now)


@pytest.fixture
def box(bob):
    return mailbox_of(bob)


def page(client, query: str = "") -> str:
    response = client.get(f"/mail/?{query}")
    assert response.status_code == 200
    content: str = response.content.decode()
    return content


def shown(content: str, *words: str) -> list[str]:
    """Those of the words that the rows have, in their order."""
    rows = content[content.index('id="mail-list"') :]
    return sorted((word for word in words if word in rows), key=rows.index)


def test_the_inbox_shows_the_newest_first_with_what_is_unread(client, bob, box, now):
    mail_in(box, subject="Oak", at=now - 2 * HOUR, is_seen=True)
    mail_in(box, subject="Pine", at=now - HOUR, parts=[Part("offer.pdf", "application/pdf", b"%PDF-1")])
    mail_in(box, subject="Outgoing", at=now, is_outgoing=True)
    client.force_login(bob)

    content = page(client)

    assert shown(content, "Oak", "Pine", "Outgoing") == ["Pine", "Oak"]
    assert content.count("mail-row--unread") == 1
    assert content.count("With attachments") == 1
    assert "1 unread" in content  # beside "Mail" in the sidebar


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("inbox", ["Plain", "Unanswered"]),
        ("unread", ["Plain", "Unanswered", "Archived"]),
        ("needs-answer", ["Unanswered"]),
        ("snoozed", ["Later"]),
        ("assigned", ["Later"]),
        ("spam", ["Pills"]),
        ("archive", ["Archived"]),
        ("sent", ["Ours"]),
        ("all", ["Plain", "Unanswered", "Later", "Archived", "Ours"]),
    ],
)
def test_each_box_holds_its_own(client, bob, box, now, key, expected):
    rows = {
        "Plain": {},
        "Unanswered": {"needs_answer": True},
        "Later": {"snoozed_until": now + HOUR, "assignee": bob},
        "Archived": {"is_archived": True},
        "Pills": {"is_junk": True},
    }
    for number, (subject, state) in enumerate(rows.items()):
        mail_in(box, subject=subject, at=now - number * HOUR, state=state)
    mail_in(box, subject="Ours", at=now - 9 * HOUR, is_outgoing=True)
    client.force_login(bob)

    assert shown(page(client, f"box={key}"), *rows, "Ours") == expected


def test_a_snoozed_thread_comes_back_when_its_time_has_come(client, bob, box, now):
    mail_in(box, subject="Later", state={"snoozed_until": now - HOUR})
    client.force_login(bob)

    assert shown(page(client), "Later") == ["Later"]


def test_all_mailboxes_stand_in_one_list_marked_by_their_letters(client, bob, box, now):
    shared = mailbox_of(None, "info@house.example")
    shared.members.add(bob)
    mail_in(box, subject="To me", at=now - HOUR)
    mail_in(shared, subject="To all", at=now)
    client.force_login(bob)

    both, one = page(client), page(client, f"account={shared.pk}")

    assert shown(both, "To me", "To all") == ["To all", "To me"]
    assert both.count(">IH<") == 2  # in the choice of mailboxes and in its row
    assert shown(one, "To me", "To all") == ["To all"]


def test_a_strangers_mailbox_is_no_page(client, bob, box, alice):
    hers = mailbox_of(alice)
    mail_in(hers, subject="Her secret")
    client.force_login(bob)

    assert client.get(f"/mail/?account={hers.pk}").status_code == 404
    assert client.get("/mail/?box=none").status_code == 404
    assert client.get("/mail/?account=x").status_code == 404
    for key in ("inbox", "all", "shared", "unread"):
        assert "Her secret" not in page(client, f"box={key}")
    assert "Her secret" not in page(client, "q=secret")


def test_what_a_colleague_shares_has_its_own_box(client, bob, alice, now):
    hers = mailbox_of(alice)
    mail = mail_in(hers, subject="Our plan")
    mail_in(hers, subject="Her secret")
    MailShare.objects.create(account=hers, thread=mail.thread, user=bob, shared_by=alice, created_at=now)
    client.force_login(bob)

    content = page(client, "box=shared")

    assert shown(content, "Our plan", "Her secret") == ["Our plan"]
    assert 'name="ids"' not in content  # it isn't bob's to archive
    assert shown(page(client, "q=plan"), "Our plan") == ["Our plan"]


def test_older_pages_follow_without_gaps_or_doubles(client, bob, box, now):
    shared = mailbox_of(None, "info@house.example")
    shared.members.add(bob)
    for number in range(70):
        mail_in((box, shared)[number % 2], subject=f"Mail {number:02}.", at=now - number // 3 * HOUR)
    client.force_login(bob)

    first = client.get("/mail/").content.decode()
    key = first.split("after=")[1].split('"')[0]
    second = client.get(f"/mail/?after={key}", headers=HTMX).content.decode()

    words = [f"Mail {number:02}." for number in range(70)]
    on_first = [word for word in words if word in first]
    on_second = [word for word in words if word in second]
    assert len(on_first) == 50
    assert not set(on_first) & set(on_second)
    assert set(on_first) | set(on_second) == set(words)
    assert "<html" not in second


def test_a_long_list_asks_as_much_as_a_short_one(client, bob, box, alice, now):
    client.force_login(bob)
    mail_in(box, subject="One")
    page(client)
    with CaptureQueriesContext(connection) as few:
        page(client)
    for number in range(40):
        mail_in(box, subject=f"More {number}", at=now - number * HOUR, state={"assignee": alice})

    with CaptureQueriesContext(connection) as many:
        page(client)

    assert len(many) == len(few) <= 8


def test_empty_boxes_say_what_belongs_there(client, bob, charlie):
    client.force_login(charlie)
    assert "You have no mailbox yet" in page(client)

    mailbox_of(bob)
    client.force_login(bob)
    assert "All read." in page(client, "box=unread")
    assert "Nothing matches" in page(client, "q=oak")


def test_drafts_are_ones_own(client, bob, alice, box, now):
    Draft.objects.create(
        author=bob, subject="My draft", to=[["Olena", "o@example.com"]], created_at=now, modified_at=now
    )
    Draft.objects.create(author=alice, subject="Hers", created_at=now, modified_at=now)
    client.force_login(bob)

    assert shown(page(client, "box=drafts"), "My draft", "Hers") == ["My draft"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("oak", ["Oak windows", "Answer"]),
        ("OAK wind", ["Oak windows"]),
        ("from:olena", ["Oak windows"]),
        ("from:petro oak", ["Answer"]),
        ("to:alice@example.com", ["Answer"]),
        ("subject:oak", ["Oak windows"]),
        ("has:attachment", ["Answer"]),
        ("before:2026-11-01", ["Answer"]),
        ("after:2026-11-02", ["Oak windows"]),
        ("after:tea", []),
        ("olena@example.com", ["Oak windows"]),
        ("müller", ["Answer"]),
        ("muller", ["Answer"]),
        ("'; drop & | ! ( :*", []),
        ('"', ["Oak windows", "Answer"]),
    ],
)
def test_search_understands_words_people_days_and_attachments(client, bob, box, now, asked, found):
    mail_in(box, subject="Oak windows", sender="Olena Koval <olena@example.com>")
    mail_in(
        box,
        subject="Answer",
        text="About the oak of Müller",
        sender="Petro <petro@other.example>",
        to="alice@example.com",
        at=now - timedelta(days=3),
        parts=[Part("a.txt", "text/plain", b"a")],
    )
    client.force_login(bob)

    response = client.get("/mail/", {"q": asked, "box": "all"})

    assert response.status_code == 200
    assert shown(response.content.decode(), "Oak windows", "Answer") == found


def test_the_selection_is_archived_and_comes_back_by_undo(client, bob, box):
    mail_in(box, subject="Oak")
    mail_in(box, subject="Pine")
    states = ThreadState.objects.filter(account=box)
    client.force_login(bob)

    client.post("/mail/bulk/archive/", {"ids": [state.pk for state in states], "back": "/mail/?box=unread"})

    assert shown(page(client), "Oak", "Pine") == []
    [operation] = Operation.objects.filter(verb="mail.archived")
    client.post(f"/operations/{operation.pk}/undo/")
    assert shown(page(client), "Oak", "Pine") == ["Pine", "Oak"]


def test_what_was_thrown_away_is_gone_and_comes_back_by_undo(client, bob, box):
    mail_in(box, subject="Oak")
    [state] = ThreadState.objects.filter(account=box)
    client.force_login(bob)

    answer = client.post("/mail/bulk/trash/", {"ids": [state.pk]}, headers=HTMX)

    assert answer.status_code == 204
    assert "undo" in answer["HX-Trigger"]
    assert shown(page(client, "box=all"), "Oak") == []
    assert "Nothing matches" in page(client, "q=oak")
    [copy] = MailCopy.objects.all()
    assert copy.deleted_at is not None
    assert copy.is_dirty
    client.post(f"/operations/{Operation.objects.get(verb='mail.trashed').pk}/undo/")
    copy.refresh_from_db()
    assert copy.deleted_at is None
    assert copy.is_dirty
    assert shown(page(client, "box=all"), "Oak") == ["Oak"]


def test_read_and_unread_go_to_the_server_with_the_next_sync(client, bob, box):
    mail_in(box, subject="Oak")
    [state] = ThreadState.objects.filter(account=box)
    client.force_login(bob)

    client.post("/mail/bulk/read/", {"ids": [state.pk]})
    assert MailCopy.objects.filter(is_seen=True, is_dirty=True).count() == 1
    assert "mail-row--unread" not in page(client)

    client.post("/mail/bulk/unread/", {"ids": [state.pk]})
    assert MailCopy.objects.filter(is_seen=False, is_dirty=True).count() == 1
    assert "mail-row--unread" in page(client)


@pytest.mark.parametrize("act", ["archive", "trash", "spam", "read", "unread", "snooze", "assign"])
def test_rows_of_others_are_as_good_as_none(client, bob, box, alice, act):
    hers = mailbox_of(alice)
    mail_in(hers, subject="Her secret")
    [state] = ThreadState.objects.filter(account=hers)
    before = ThreadState.objects.values().get(pk=state.pk)
    client.force_login(bob)

    client.post(f"/mail/bulk/{act}/", {"ids": [state.pk], "answered": "1", "choice": "tomorrow", "assignee": bob.pk})

    assert ThreadState.objects.values().get(pk=state.pk) == before
    assert MailCopy.objects.filter(deleted_at=None, is_dirty=False).count() == 1


def test_an_endless_number_names_no_mailbox(client, bob):
    client.force_login(bob)

    assert client.get("/mail/?account=" + "9" * 4500).status_code == 404
