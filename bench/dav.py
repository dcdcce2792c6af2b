"""A phone with 2,000 contacts: vdirsyncer's first sync, and one that finds nothing changed."""

from __future__ import annotations

import os
import socketserver
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.conf import settings
from django.db import connection
from django.db.backends.signals import connection_created

from apps.accounts.services.app_passwords import create_app_password
from apps.contacts.models import Entity, Folder
from apps.contacts.models.rights import forget_rights
from apps.core import clock
from apps.sync.dav.application import make_application, mounted, with_own_connections
from bench.figures import Row
from bench.house import House

_CARDS = 2000
_CONFIG = """
[general]
status_path = "{folder}/status/"
[pair contacts]
a = "here"
b = "there"
collections = null
[storage here]
type = "filesystem"
path = "{folder}/cards"
fileext = ".vcf"
[storage there]
type = "carddav"
url = "{url}"
username = "{user}"
password = "{password}"
"""


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """Requests are counted, not told."""


def measure(house: House) -> Iterator[Row]:
    """vdirsyncer and the server share the machine; its own part of the time is in the figures."""
    folder = _folder(house)
    _made, password = create_app_password(actor=house.user, name="bench", now=clock.now())
    connection_created.connect(_become_web)
    with (
        tempfile.TemporaryDirectory() as place,
        make_server("127.0.0.1", 0, _application(), _Server, _Quiet) as server,
    ):
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/dav/u{house.user.pk}/contacts-{folder.pk}/"
        Path(place, "cards").mkdir()
        config = _CONFIG.format(folder=place, url=url, user=house.user.email, password=password)
        Path(place, "config").write_text(config)
        _run(place, "discover")
        yield Row(f"CardDAV: first sync of {_CARDS:,} contacts", _run(place, "sync"), "s", 60)
        yield Row("CardDAV: sync with nothing changed", _run(place, "sync"), "s", 2)
        found = len(list(Path(place, "cards").iterdir()))
        yield Row("CardDAV: contacts that came", found, "", _CARDS, at_least=True)
        server.shutdown()
    connection_created.disconnect(_become_web)


def _application():
    return mounted(with_own_connections(make_application()))


def _become_web(connection, **kwargs) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {settings.DATABASE_WEB_ROLE}")


def _folder(house: House) -> Folder:
    """2,000 of the contacts in a folder of their own; they stay there."""
    folder, is_new = Folder.objects.get_or_create(name="Phone", kind=Folder.Kind.PERSONAL, owner=house.user)
    if is_new:
        seen = Entity.objects.visible_to(house.user).live().order_by("pk").values_list("pk", flat=True)[:_CARDS]
        Entity.objects.filter(pk__in=list(seen)).update(folder=folder)
        forget_rights()
    connection.close()
    return folder


def _run(place: str, deed: str) -> float:
    began = time.perf_counter()
    program = Path(sys.executable).parent / "vdirsyncer"
    subprocess.run(  # noqa: S603  # our own words
        [str(program), "--config", f"{place}/config", deed],
        env={**os.environ, "NO_PROXY": "127.0.0.1"},
        check=True,
        capture_output=True,
        input=b"y\n",
    )
    return time.perf_counter() - began
