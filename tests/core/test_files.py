from __future__ import annotations

import io
from hashlib import sha256

import pytest

from apps.core.models import File
from apps.core.services import files

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def everything_in(folder) -> list[str]:
    return [each.name for each in folder.rglob("*") if each.is_file()]


def test_bytes_are_kept_once_under_their_digest(media, now):
    content = b"photo" * 1000

    first = files.store(content, mime_type="image/jpeg", now=now)
    second = files.store(io.BytesIO(content), mime_type="application/octet-stream", now=now)

    assert (first.pk, first.size, first.mime_type) == (second.pk, 5000, "image/jpeg")
    assert first.sha256 == sha256(content).hexdigest()
    assert everything_in(media) == [first.sha256]
    with files.open_file(first) as kept:
        assert kept.read() == content


def test_a_stream_is_read_in_portions_and_a_too_long_one_leaves_nothing(media, now):
    class Endless:
        largest = 0

        def read(self, size: int = -1) -> bytes:
            self.largest = max(self.largest, size)
            return b"x" * size

    stream = Endless()
    with pytest.raises(files.FileTooLarge):
        files.store(stream, mime_type="text/plain", now=now, limit=5_000_000)

    assert stream.largest <= 1024 * 1024
    assert everything_in(media) == []
    assert not File.objects.exists()


def test_a_stream_that_breaks_leaves_nothing(media, now):
    class Broken:
        def read(self, size: int = -1) -> bytes:
            raise OSError("connection lost")

    with pytest.raises(OSError, match="connection lost"):
        files.store(Broken(), mime_type="text/plain", now=now)

    assert everything_in(media) == []


def test_an_empty_file_is_a_file(now):
    assert files.store(b"", mime_type="text/plain", now=now).size == 0


def test_many_files_are_kept_once_each_in_the_order_given(db, now):
    """More than a few, so that the disk is waited for once."""
    contents = [f"message {number % 12}".encode() for number in range(15)]
    first = files.store(b"message 3", mime_type="message/rfc822", now=now)

    kept = files.store_many(contents, mime_type="message/rfc822", now=now)

    assert [files.path(file).read_bytes() for file in kept] == contents
    assert kept[3] == first
    assert len({file.pk for file in kept}) == 12
