"""Bodies of batches, pure: bytes to raw records, whichever way they are written."""

from apps.sync.formats.reading import CONTENT_TYPES, Raw, Reading, Unreadable, as_text, read_body

__all__ = ["CONTENT_TYPES", "Raw", "Reading", "Unreadable", "as_text", "read_body"]
