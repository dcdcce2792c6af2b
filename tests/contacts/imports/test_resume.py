"""A worker that dies half-way: another one goes on exactly there, and nothing is doubled."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import OperationalError, connection

from apps.contacts.models import Entity, Import
from apps.contacts.services.imports import running
from apps.contacts.services.imports.background import begin_import
from apps.contacts.services.imports.portions import Portions
from apps.contacts.services.imports.uploads import Upload, stage_upload
from apps.core import clock
from apps.core.models import Change, Operation
from apps.core.services import operations


def table(rows: int) -> bytes:
    lines = [f"Person,Number {number},p{number}@example.com,Firm {number % 7}" for number in range(rows)]
    return ("First Name,Last Name,E-mail,Company\n" + "\n".join(lines) + "\n").encode()


def staged(actor, rows: int) -> Import:
    content = io.BytesIO(table(rows))
    return stage_upload(actor=actor, uploads=[Upload("people.csv", content)], now=clock.now())


@pytest.mark.django_db
def test_an_import_that_broke_off_between_portions_goes_on_there(alice, monkeypatch):
    monkeypatch.setattr(running, "PORTION", 20)
    found = staged(alice, 90)
    operation = begin_import(actor=alice, contact_import=found, now=clock.now())
    real, calls = Portions.apply, []

    def breaks_off(self, items, *, file_name):
        calls.append(len(items))
        if len(calls) == 3:
            raise OperationalError("the server went away")
        return real(self, items, file_name=file_name)

    monkeypatch.setattr(Portions, "apply", breaks_off)
    with pytest.raises(OperationalError):
        operations.run(operation_id=operation.pk, now=clock.now())
    found.refresh_from_db()
    assert (found.position, found.created) == (40, 40)

    later = clock.now() + timedelta(minutes=5)
    operations.run(operation_id=operation.pk, now=later)

    found.refresh_from_db()
    operation.refresh_from_db()
    assert (found.position, found.read, found.created, found.organisations) == (90, 90, 90, 7)
    assert Entity.objects.people().filter(source="import").count() == 90
    assert (operation.state, operation.done) == ("done", 90)
    assert Change.objects.filter(operation=operation, record_type="contacts.entity").count() == 97


SCRIPT = """
import sys, django
django.setup()
from django.db import connection
from apps.core import clock
from apps.core.services import operations
operations.run(operation_id=int(sys.argv[1]), now=clock.now())
"""


@pytest.mark.django_db(transaction=True)
def test_an_import_whose_process_was_killed_is_finished_by_another_one(alice, tmp_path, everyone_folder):
    found = staged(alice, 6000)
    operation = begin_import(actor=alice, contact_import=found, now=clock.now())
    values = connection.settings_dict
    who = f"{quote(values['USER'])}:{quote(values['PASSWORD'] or '')}"
    where = f"host={quote(values['HOST'], safe='')}&port={values['PORT']}"
    address = f"postgres://{who}@/{values['NAME']}?{where}"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": address,
        "DATABASE_OWNER_URL": address,
        "REDIS_URL": settings.REDIS_URL,
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "PYTHONPATH": str(settings.BASE_DIR),
    }
    worker = subprocess.Popen([sys.executable, "-c", SCRIPT, str(operation.pk)], env=environment, cwd=settings.BASE_DIR)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found.refresh_from_db()
        if found.position:
            break
        time.sleep(0.02)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    found.refresh_from_db()
    assert 0 < found.position < 6000

    operations.run(operation_id=operation.pk, now=clock.now() + timedelta(minutes=5))

    found.refresh_from_db()
    assert (found.position, found.created, found.organisations) == (6000, 6000, 7)
    assert Entity.objects.people().filter(source="import").count() == 6000
    assert Operation.objects.get(pk=operation.pk).state == "done"


@pytest.mark.django_db
def test_a_cancelled_import_keeps_what_came_in(alice, monkeypatch):
    monkeypatch.setattr(running, "PORTION", 20)
    found = staged(alice, 60)
    operation = begin_import(actor=alice, contact_import=found, now=clock.now())
    real = Portions.apply

    def cancels(self, items, *, file_name):
        outcome = real(self, items, file_name=file_name)
        if found.pk and Import.objects.get(pk=found.pk).position == 20:
            operations.request_cancel(actor=alice, operation=operation, now=clock.now())
        return outcome

    monkeypatch.setattr(Portions, "apply", cancels)
    operations.run(operation_id=operation.pk, now=clock.now())

    operation.refresh_from_db()
    found.refresh_from_db()
    assert operation.state == "cancelled"
    assert found.position == found.created == 20
