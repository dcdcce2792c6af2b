"""What services refuse for a reason that is fit for a person, beside PermissionDenied and ValidationError."""

from __future__ import annotations


class Refused(Exception):
    """The base: its text is shown to whoever asked. Views catch it where they have a better place for the words."""
