"""`manage.py import_mail`: real files and hostile ones."""

from __future__ import annotations

import io
import json
import mailbox
from datetime import datetime

import pytest
from django.core.management import CommandError, call_command

from apps.core.services import files
from apps.messaging.models import MailAccount, MailMessage
from tests.messaging.mails import raw_mail

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path, everyone_folder):
    settings.MEDIA_ROOT = tmp_path / "media"


def run(*paths, account="bob@rapport.example") -> dict:
    out = io.StringIO()
    call_command("import_mail", *map(str, paths), "--account", account, "--json", stdout=out, stderr=io.StringIO())
    told: dict = json.loads(out.getvalue())
    return told


@pytest.mark.corpus
def test_every_real_mail_comes_in_as_its_expectations_say(corpus):
    expected = json.loads((corpus / "expected.json").read_text())
    mails = {name: each for name, each in expected.items() if each["format"] == "eml"}
    boxes = {name: each for name, each in expected.items() if each["format"] == "mbox"}

    told = run(corpus / "eml", corpus / "mbox")

    assert told["read"] == told["stored"] + told["duplicates"]
    assert told["read"] == len(mails) + sum(each["messages"] for each in boxes.values())
    assert told["unreadable"] == []
    assert MailMessage.objects.filter(is_broken=True).count() == told["broken"]
    wrong = [wish for name, wishes in mails.items() for wish in _wrong(name, corpus / name, wishes)]
    assert wrong == []
    again = run(corpus / "eml", corpus / "mbox")
    assert (again["stored"], again["duplicates"]) == (0, again["read"])


def _wrong(name, path, wishes):
    raw = path.read_bytes()
    same_size = MailMessage.objects.filter(size=len(raw))
    mail = next(each for each in same_size if each.raw and files.path(each.raw).read_bytes() == raw)
    found = {
        "subject": mail.subject,
        "from": list(mail.addresses.filter(role="from").order_by("position").values_list("address", flat=True)),
        "to": list(mail.addresses.filter(role="to").order_by("position").values_list("address", flat=True)),
        "message_id": f"<{mail.message_id}>",
    }
    for key, value in found.items():
        if key in wishes and _plain(wishes[key]) != _plain(value):
            yield (name, key, wishes[key], value)
    for part in wishes.get("text_contains", ()):
        if wishes.get("body_type") == "text/plain" and _plain(part) not in _plain(mail.text):
            yield (name, "text", part, mail.text[:200])
    moment = wishes.get("date_utc")
    if moment and mail.happened_at != datetime.fromisoformat(moment.replace("Z", "+00:00")):
        yield (name, "date", moment, mail.happened_at)


def _plain(value):
    if isinstance(value, list):
        return list(dict.fromkeys(each.lower() for each in value))
    return " ".join(value.split())


def test_folders_are_walked_and_duplicates_counted(tmp_path):
    one, two = raw_mail(id="1@x"), raw_mail(id="2@x")
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "a.eml").write_bytes(one)
    (tmp_path / "in" / "deep" / "b.eml").write_bytes(two)
    (tmp_path / "in" / "deep" / "again.eml").write_bytes(one)

    told = run(tmp_path / "in")

    assert {key: told[key] for key in ("read", "stored", "duplicates", "broken")} == {
        "read": 3,
        "stored": 2,
        "duplicates": 1,
        "broken": 0,
    }


def test_a_maildir_says_what_was_read(tmp_path):
    box = mailbox.Maildir(tmp_path / "box")
    seen = mailbox.MaildirMessage(raw_mail(id="1@x"))
    seen.set_subdir("cur")
    seen.set_flags("RS")
    box.add(seen)
    box.add(mailbox.MaildirMessage(raw_mail(id="2@x")))

    run(tmp_path / "box")

    copies = MailAccount.objects.get().copies.order_by("message__message_id")
    assert list(copies.values_list("is_seen", "is_answered")) == [(True, True), (False, False)]


def test_an_address_without_an_account_gets_one_that_only_receives(tmp_path, bob):
    (tmp_path / "a.eml").write_bytes(raw_mail())

    run(tmp_path / "a.eml", account="Bob@Example.com")
    run(tmp_path / "a.eml", account="info@rapport.example")

    own, shared = MailAccount.objects.order_by("pk")
    assert (own.owner, own.can_send, own.can_receive) == (bob, False, False)
    assert (shared.owner, shared.is_shared) == (None, True)
    assert MailMessage.objects.count() == 1
    with pytest.raises(CommandError):
        run(tmp_path / "a.eml", account="nobody")


def test_a_path_that_is_not_there_is_named(tmp_path):
    (tmp_path / "a.eml").write_bytes(raw_mail())
    with pytest.raises(SystemExit) as stopped:
        run(tmp_path / "gone", tmp_path / "a.eml")
    assert stopped.value.code == 2
    assert MailMessage.objects.count() == 1


def _nested(depth: int) -> bytes:
    head = b"From: eve@evil.example\nMessage-ID: <nested@x>\nSubject: Nested\nMIME-Version: 1.0\n"
    inner = b"Content-Type: text/plain\n\nbottom\n"
    for number in range(depth):
        mark = b"b%d" % number
        inner = (
            b"Content-Type: multipart/mixed; boundary="
            + mark
            + b"\n\n--"
            + mark
            + b"\n"
            + inner
            + b"\n--"
            + mark
            + b"--\n"
        )
    return head + inner


HOSTILE = {
    "a thousand parts in each other": _nested(1000),
    "ten thousand recipients": raw_mail(id="many@x").replace(
        b"To: bob@rapport.example", b"To: " + b",\n ".join(b"p%d@x.example" % n for n in range(10_000))
    ),
    "a header with line breaks": raw_mail(id="lines@x").replace(
        b"Subject: Windows", b"Subject: =?utf-8?q?Windows=0D=0ABcc=3A_eve=40evil.example?="
    ),
    "a name with a path": raw_mail(id="path@x").replace(
        b'Content-Type: text/plain; charset="utf-8"',
        b'Content-Type: application/x-sh; name="../../etc/passwd"\n'
        b'Content-Disposition: attachment; filename="../../etc/passwd"',
    ),
    "an id without an end": raw_mail(id="y" * 5000 + "@x"),
    "an id in wide letters": raw_mail(id="wide@x").replace(b"<wide@x>", b"<" + "ї".encode() * 990 + b">"),
    "nothing": b"",
    "noise": bytes(range(256)) * 40,
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_what_is_hostile_is_kept_and_harms_nobody(tmp_path, raw):
    (tmp_path / "a.eml").write_bytes(raw)
    (tmp_path / "b.eml").write_bytes(raw_mail(id="good@x"))

    told = run(tmp_path / "a.eml", tmp_path / "b.eml")

    assert (told["read"], told["stored"]) == (2, 2)
    mail = MailMessage.objects.exclude(message_id="good@x").get()
    assert mail.raw is not None
    assert files.path(mail.raw).read_bytes() == raw
    assert "\n" not in mail.subject
    assert not any("/" in name for name in mail.attachments.values_list("filename", flat=True))
