"""Rights as Radicale asks for them: of a path, in letters (R, r: read; w: write items; W: make collections)."""

from __future__ import annotations

from radicale.rights import BaseRights

from apps.sync.dav.calendars import NAMES
from apps.sync.dav.paths import Place, parse
from apps.sync.dav.session import visit


class Rights(BaseRights):
    def authorization(self, user: str, user_groups: set[str], path: str) -> str:
        place = parse(path)
        if not user or place is None or (place.principal and place.principal != user):
            return ""
        if place.is_home:
            return "R"
        return _of_collection(place) if not place.href else ""


def _of_collection(place: Place) -> str:
    if place.collection in NAMES:
        return "rw"
    if place.folder_id is None:
        return ""
    book = visit.get().book(place.folder_id)
    if book is None:
        return ""
    return "rw" if book.is_editable else "r"
