"""Mail in files and folders, as programs leave it there."""

from __future__ import annotations

import mailbox
import tracemalloc

import pytest

from apps.messaging.mime.boxes import iter_messages
from apps.messaging.mime.parsing import parse_message
from tests.contacts.formats.corpus import cases

MAIL = b"From: ann@x.example\nSubject: %s\n\nhi\n"


def subjects(path) -> list[str]:
    return [parse_message(raw).subject for _, raw in iter_messages(path)]


@pytest.mark.parametrize(("path", "expected"), cases("mbox/"))
def test_mbox_gives_its_messages(path, expected):
    assert subjects(path) == expected["subjects_raw"]


def test_sentence_that_begins_with_from_cuts_no_message(tmp_path):
    body = b"\nFrom Russia with love\nYear: 1963\n\n>From the start\n\nFrom: here on\n"
    (tmp_path / "box").write_bytes(b"From ann Mon Nov  2 09:30:00 2026\n" + MAIL % b"one" + body)

    ((name, raw),) = iter_messages(tmp_path / "box")

    assert name.endswith("box#1")
    assert b"\nFrom the start\n" in raw
    assert b"Year: 1963" in raw


def test_folder_is_walked_in_order_and_links_out_of_it_are_not(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.eml").write_bytes(MAIL % b"secret")
    inside = tmp_path / "inside"
    (inside / "b").mkdir(parents=True)
    (inside / "b" / "2.eml").write_bytes(MAIL % b"two")
    (inside / "a.eml").write_bytes(MAIL % b"one")
    (inside / "notes.txt").write_bytes(b"no mail at all")
    (inside / "c").symlink_to(outside)
    (inside / "d.eml").symlink_to(outside / "secret.eml")

    assert subjects(inside) == ["one", "two"]


def test_maildir_gives_what_was_delivered(tmp_path):
    box = mailbox.Maildir(tmp_path / "Maildir")
    box.add(MAIL % b"new one")
    (tmp_path / "Maildir" / "cur" / "1:2,S").write_bytes(MAIL % b"read one")
    (tmp_path / "Maildir" / "tmp" / "2").write_bytes(MAIL % b"half")
    (tmp_path / "Maildir" / "dovecot-uidlist").write_bytes(b"3 V1")
    box.add_folder("Sent").add(MAIL % b"sent one")

    assert sorted(subjects(tmp_path / "Maildir")) == ["new one", "read one", "sent one"]


def test_large_mbox_is_streamed(tmp_path):
    with (tmp_path / "box").open("wb") as file:
        for number in range(3000):
            file.write(b"From ann Mon Nov  2 09:30:00 2026\n" + MAIL % (b"%d" % number) + b"x" * 70 * 100 + b"\n\n")
    tracemalloc.start()

    count = sum(1 for _ in iter_messages(tmp_path / "box"))

    assert count == 3000
    assert tracemalloc.get_traced_memory()[1] < 4 << 20  # the file has 21 MB
    tracemalloc.stop()
