"""What bytes are by their beginning, whatever their name says."""

from __future__ import annotations

_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")
_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"}
_SPOKEN = {b"M4A ", b"mp42", b"isom", b"iso5", b"iso6", b"mp41", b"dash"}


def is_picture(begin: bytes) -> bool:
    """JPEG, PNG, GIF, WebP or HEIC, by the first bytes (at least 12)."""
    is_webp = begin[:4] == b"RIFF" and begin[8:12] == b"WEBP"
    return begin.startswith(_PICTURES) or is_webp or (begin[4:8] == b"ftyp" and begin[8:12] in _HEIC)


def voice_type(begin: bytes) -> str | None:
    """The type of what browsers record: WebM, Ogg or MP4, by the first bytes (at least 64); None: nothing of it."""
    if begin.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in begin:
        return "audio/webm"
    if begin.startswith(b"OggS") and (b"OpusHead" in begin or b"vorbis" in begin):
        return "audio/ogg"
    if begin[4:8] == b"ftyp" and begin[8:12] in _SPOKEN:
        return "audio/mp4"
    return None
