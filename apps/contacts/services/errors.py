"""What the services of contacts refuse, beside PermissionDenied and ValidationError."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from apps.core.refusals import Refused


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """One field that two people changed: what I typed, what stands there now, what both of us began with."""

    field: str
    mine: Any
    theirs: Any
    before: Any
    key: str = ""  # names the field of this record, for `Seen.decided`


class EditConflict(Refused):
    """Somebody else changed the same fields since the version that the editor saw; nothing was saved.

    Save again with `expected_version=Seen(what it was, version, keys of the conflicts)` and the chosen values.
    """

    def __init__(self, conflicts: list[FieldConflict], version: int) -> None:
        super().__init__(_("Somebody else has changed this contact in the meantime."))
        self.conflicts = conflicts
        self.version = version


class InTrash(Refused):
    """The contact lies in the trash or was merged into another one; it is restored before it is changed."""

    def __init__(self) -> None:
        super().__init__(_("This contact is in the trash. Restore it first."))
