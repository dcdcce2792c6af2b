"""Real programs against a real server: vdirsyncer both ways with contacts, the caldav client with a calendar."""

from __future__ import annotations

import os
import socketserver
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Thread
from time import monotonic
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import caldav
import pytest

from apps.activities.models import Meeting, Task
from apps.contacts.models import Entity
from apps.contacts.services.entities import create_entity, update_entity
from apps.contacts.services.inputs import EntityInput, PhoneInput
from apps.contacts.services.trash import trash_entities
from apps.sync.dav.application import make_application, mounted, with_own_connections
from tests.contacts.factories import default_folder
from tests.sync.dav.door import Phone

pytestmark = pytest.mark.django_db(transaction=True)


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """What vdirsyncer asks is no news."""


@pytest.fixture
def server() -> Iterator[str]:
    application = mounted(with_own_connections(make_application()))
    with make_server("127.0.0.1", 0, application, _Server, _Quiet) as running:
        Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}/dav/"
        running.shutdown()


class Vdirsyncer:
    """A folder of vCards on this machine, kept in step with a user's address book."""

    def __init__(self, tmp_path: Path, url: str, phone: Phone) -> None:
        self.cards = tmp_path / "cards"
        self.cards.mkdir()
        self.config = tmp_path / "config"
        self.config.write_text(
            f"""
[general]
status_path = "{tmp_path}/status/"
[pair contacts]
a = "here"
b = "there"
collections = null
conflict_resolution = "b wins"
[storage here]
type = "filesystem"
path = "{self.cards}"
fileext = ".vcf"
[storage there]
type = "carddav"
url = "{url}{phone.book(default_folder()).removeprefix("/dav/")}"
username = "{phone.user.email}"
password = "{phone.password}"
"""
        )

    def __call__(self, *arguments: str) -> float:
        """Run it and return the seconds that it took."""
        begun = monotonic()
        done = subprocess.run(
            [str(Path(sys.executable).parent / "vdirsyncer"), "--config", str(self.config), *arguments],
            env={**os.environ, "NO_PROXY": "127.0.0.1"},
            capture_output=True,
            text=True,
            timeout=300,
            input="y\n",
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return monotonic() - begun

    def texts(self) -> dict[str, str]:
        return {path.name: path.read_text() for path in self.cards.glob("*.vcf")}


def test_vdirsyncer_keeps_a_folder_in_step_both_ways(alice, now, server, tmp_path):
    people = [
        create_entity(
            actor=alice,
            data=EntityInput(first_name=f"P{number}", last_name="Petrenko", phones=[PhoneInput("+380441234567")]),
            now=now,
        )
        for number in range(40)
    ]
    sync = Vdirsyncer(tmp_path, server, Phone(alice))

    sync("discover")
    sync("sync")
    assert len(sync.texts()) == 40

    # Made, changed and deleted here and there.
    first = next(path for path in sync.cards.glob("*.vcf") if f"UID:{people[0].uid}" in path.read_text())
    first.write_text(first.read_text().replace("+380441234567", "+380501112233"))
    (sync.cards / "new.vcf").write_text(
        "BEGIN:VCARD\nVERSION:3.0\nUID:made-on-a-phone\nN:Franko;Ivan;;;\nFN:Ivan Franko\nX-OWN:kept\nEND:VCARD\n"
    )
    gone = next(path for path in sync.cards.glob("*.vcf") if f"UID:{people[1].uid}" in path.read_text())
    gone.unlink()
    update_entity(actor=alice, entity=people[2], fields={"nickname": "Pee"}, expected_version=None, now=now)
    trash_entities(actor=alice, ids=[people[3].pk], now=now)
    sync("sync")
    sync("sync")

    assert people[0].phones.get().e164 == "+380501112233"
    ivan = Entity.objects.get(last_name="Franko")
    assert ivan.raw_properties.get().name == "X-OWN"
    people[1].refresh_from_db()
    assert people[1].trashed_at is not None
    texts = "".join(sync.texts().values())
    assert "NICKNAME:Pee" in texts
    assert f"UID:{people[3].uid}" not in texts
    assert len(sync.texts()) == 39
    versions = dict(Entity.objects.values_list("pk", "version"))
    sync("sync")
    assert dict(Entity.objects.values_list("pk", "version")) == versions


def test_the_caldav_client_finds_makes_changes_and_deletes(alice, server):
    phone = Phone(alice)
    with caldav.DAVClient(url=server, username=alice.email, password=phone.password) as client:
        calendars = {str(each.url).rstrip("/").rsplit("/", 1)[-1]: each for each in client.principal().calendars()}
        tasks, meetings = calendars["tasks"], calendars["meetings"]

        todo = tasks.save_todo(ical=_file("VTODO", "SUMMARY:Call Anna", "DUE;VALUE=DATE:20310304"))
        made = Task.objects.get()
        todo.icalendar_component["summary"] = "Call Boris"
        todo.save()
        day = datetime.now(UTC) + timedelta(days=3)
        meetings.save_event(
            ical=_file("VEVENT", "SUMMARY:Window fair", f"DTSTART:{day:%Y%m%d}T080000Z", f"DTEND:{day:%Y%m%d}T090000Z")
        )

        made.activity.refresh_from_db()
        assert made.activity.subject == "Call Boris"
        assert made.due_on == date(2031, 3, 4)
        meeting = Meeting.objects.get()
        assert (meeting.organiser, meeting.activity.subject) == (alice, "Window fair")
        assert [event.icalendar_component["summary"] for event in meetings.events()] == ["Window fair"]
        for event in meetings.events():
            event.delete()
        meeting.refresh_from_db()
        assert meeting.is_cancelled
        assert meetings.events() == []


def _file(component: str, *lines: str) -> str:
    head = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:test", f"BEGIN:{component}")
    own = (f"UID:{component}-made-by-a-program", "DTSTAMP:20261101T090000Z", *lines)
    return "\r\n".join((*head, *own, f"END:{component}", "END:VCALENDAR", ""))
