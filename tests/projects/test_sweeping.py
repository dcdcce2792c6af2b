"""Files that were brought and never sent are gone from the disk once they can't be sent any more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.signals import post_delete

from apps.core.models import File, Operation
from apps.core.services import files
from apps.projects.jobs import sweep_brought_files as job
from apps.projects.models import BroughtFile
from apps.projects.services.attaching import bring_file, seal
from apps.projects.services.members import make_group
from apps.projects.services.messages import post_message
from apps.projects.services.sweeping import sweep_brought_files
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

SOON, LATE = NOW + timedelta(days=7), NOW + timedelta(days=9)


@pytest.fixture
def group(bob):
    return make_group(actor=bob, title="Site visit", users=[], now=NOW)


def bring(actor, group, data, now=NOW):
    return bring_file(actor=actor, group=group, upload=SimpleUploadedFile("plan.txt", data), now=now)


def test_only_what_nobody_uses_is_swept_and_once(bob, group):
    forgotten, sent = bring(bob, group, b"Forgotten"), bring(bob, group, b"Sent")
    sealed = [seal(sent, actor=bob, group=group)]
    post_message(actor=bob, group=group, client_id="message-1", text="", files=sealed, now=NOW)
    place = files.path(File.objects.get(pk=forgotten.file_id))
    assert sweep_brought_files(now=SOON) == 0
    assert place.exists()
    assert sweep_brought_files(now=LATE) == 1
    assert not place.exists()
    assert File.objects.filter(pk=sent.file_id).exists()
    assert not BroughtFile.objects.exists()
    assert sweep_brought_files(now=LATE) == 0


def test_what_was_brought_twice_goes_when_neither_can_be_sent_any_more(bob, group):
    first = bring(bob, group, b"Twice")
    assert bring(bob, group, b"Twice", now=SOON).file_id == first.file_id
    assert sweep_brought_files(now=LATE) == 0
    assert BroughtFile.objects.count() == 2
    assert sweep_brought_files(now=SOON + timedelta(days=9)) == 1
    assert not BroughtFile.objects.exists()


def test_a_sweep_that_breaks_off_forgets_nothing(bob, group):
    kept = bring(bob, group, b"A plan")

    def break_off(**kwargs):
        raise SystemExit

    post_delete.connect(break_off, sender=File)
    try:
        with pytest.raises(SystemExit):
            sweep_brought_files(now=LATE)
    finally:
        post_delete.disconnect(break_off, sender=File)
    assert files.path(File.objects.get(pk=kept.file_id)).exists()
    assert sweep_brought_files(now=LATE) == 1


def test_what_others_keep_stays(bob, group):
    known = files.store(b"A report", mime_type="text/plain", now=NOW - timedelta(days=1))
    assert bring(bob, group, b"A report").file_id == known.pk
    paper = bring(bob, group, b"A later report")
    done = {"state": "done", "created_at": NOW, "finished_at": NOW}
    Operation.objects.create(verb="x.made", result={"file": paper.file_id}, **done)
    again = bring(bob, group, b"Brought again")
    bring(bob, group, b"Brought again", now=SOON)
    assert sweep_brought_files(now=LATE) == 0
    assert File.objects.filter(pk__in=[known.pk, paper.file_id, again.file_id]).count() == 3
    job()
