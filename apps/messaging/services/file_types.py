"""What a file is by its first bytes, and a name that is safe to send and to save by."""

from __future__ import annotations

import mimetypes
import re

_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"MZ", "application/x-msdownload"),
    (b"\x7fELF", "application/x-executable"),
    (b"\x1f\x8b", "application/gzip"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)
# Packed or bundled: by its content a document of Office is a ZIP; only then its name may say more.
_WITHIN = {
    "application/zip": (
        "application/vnd.openxmlformats",
        "application/vnd.oasis",
        "application/epub",
        "application/zip",
    ),
    "application/x-ole-storage": ("application/msword", "application/vnd.ms-"),
}
_UNSHOWABLE = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def type_of(start: bytes, filename: str) -> str:
    """The content type by the first bytes of a file; the name only tells kinds apart that look the same."""
    named = mimetypes.guess_type(filename)[0] or ""
    if start[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(start[8:12], "application/octet-stream")
    for magic, found in _MAGIC:
        if start.startswith(magic):
            return named if named.startswith(_WITHIN.get(found, ("\0",))) else found
    if b"\x00" in start or not _is_text(start):
        return "application/octet-stream"
    return named if named.startswith("text/") or named in ("application/json", "application/xml") else "text/plain"


def safe_filename(filename: str) -> str:
    """Without a path, control characters and marks that turn letters round; at most 200 characters."""
    bare = _UNSHOWABLE.sub("", filename).replace("\\", "/").rpartition("/")[2].strip(" .")
    stem, dot, ending = bare.rpartition(".")
    if len(bare) > 200 and dot and len(ending) < 20:
        return f"{stem[: 199 - len(ending)]}.{ending}"
    return bare[:200] or "file"


def _is_text(start: bytes) -> bool:
    try:
        start.decode()
    except UnicodeDecodeError as error:
        # The last letter may be cut in two; what is not UTF-8 may still be an older encoding, without controls.
        return error.start > len(start) - 4 or not re.search(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]", start)
    return True
