"""The same contact twice in one file: the rules of `matching`, over the cards that the tables don't hold yet."""

from __future__ import annotations

from typing import NamedTuple

from apps.contacts.services.imports.drafts import Draft


class Earlier(NamedTuple):
    """A card before this one that is to become a contact; its draft is let go in a dry run."""

    rule: int
    draft: Draft | None


class _Seen(NamedTuple):
    name_key: str
    kind: str
    has_reach: bool
    draft: Draft | None


class FileIndex:
    """The cards of a file, found again by what makes them the same contact."""

    def __init__(self, *, keeps_drafts: bool = True) -> None:
        self._keeps_drafts = keeps_drafts
        self.clear()

    def clear(self) -> None:
        """Forget them: they are in the tables now."""
        self._uids: dict[str, _Seen] = {}
        self._emails: dict[str, list[_Seen]] = {}
        self._numbers: dict[tuple[str, str, str], _Seen] = {}
        self._names: dict[tuple[str, str, str], list[_Seen]] = {}

    def add(self, draft: Draft) -> None:
        kind = draft.values["kind"]
        seen = _Seen(draft.name_key, kind, bool(draft.emails or draft.numbers), draft if self._keeps_drafts else None)
        if draft.card.uid:
            self._uids.setdefault(draft.card.uid, seen)
        for address in draft.emails:
            self._emails.setdefault(address, []).append(seen)
        for number in draft.numbers:
            self._numbers.setdefault((number, draft.name_key, kind), seen)
        if draft.name_key:
            self._names.setdefault((draft.name_key, kind, draft.organisation_key), []).append(seen)

    def find(self, draft: Draft) -> Earlier | None:
        """The earlier card that `draft` repeats, by the first rule that finds one."""
        kind, key = draft.values["kind"], draft.name_key
        if draft.card.uid and (seen := self._uids.get(draft.card.uid)):
            return Earlier(1, seen.draft)
        for address in draft.emails:
            for seen in self._emails.get(address, ()):
                if not key or not seen.name_key or (seen.name_key == key and seen.kind == kind):
                    return Earlier(2, seen.draft)
        for number in draft.numbers:
            if seen := self._numbers.get((number, key, kind)):
                return Earlier(3, seen.draft)
        if key:
            has_reach = bool(draft.emails or draft.numbers)
            for seen in self._names.get((key, kind, draft.organisation_key), ()):
                if draft.organisation_key or kind == "organisation" or not has_reach or not seen.has_reach:
                    return Earlier(4, seen.draft)
        return None
