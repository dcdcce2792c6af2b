"""Into which folder a merged contact goes: nobody may see more of it than they saw before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.contacts.models import Folder, FolderPermission


@dataclass(frozen=True, slots=True)
class _Audience:
    """Who sees a folder: `owner` of a personal one, groups of a restricted one; both None: all staff."""

    owner: int | None = None
    viewers: frozenset[int] | None = None
    exporters: frozenset[int] = frozenset()

    def is_within(self, other: _Audience) -> bool:
        if self.owner is not None or other.owner is not None:
            return self.owner == other.owner
        if other.viewers is None:
            return True
        return self.viewers is not None and self.viewers <= other.viewers and self.exporters <= other.exporters


def narrowest(folder_ids: Sequence[int]) -> int | None:
    """The first of these folders that shows nothing to anybody who doesn't see all of them; None: there is none."""
    folders = {folder.pk: folder for folder in Folder.objects.all()}
    audiences = {pk: _audience(folders[pk], folders) for pk in set(folder_ids)}
    fitting = (pk for pk in folder_ids if all(audiences[pk].is_within(other) for other in audiences.values()))
    return next(fitting, None)


def _audience(folder: Folder, folders: dict[int, Folder]) -> _Audience:
    source = folder
    while not source.own_rights and source.parent_id:
        source = folders[source.parent_id]
    if source.kind == Folder.Kind.PERSONAL:
        return _Audience(owner=source.owner_id)
    if source.kind == Folder.Kind.PUBLIC:
        return _Audience()
    given = list(FolderPermission.objects.filter(folder=source))
    return _Audience(
        viewers=frozenset(one.group_id for one in given if one.can_view),
        exporters=frozenset(one.group_id for one in given if one.can_export),
    )
