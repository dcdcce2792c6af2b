"""Mailchimp's Marketing API 3.0 over the wire: nothing else in the house asks it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.utils.translation import gettext as _

from apps.sync.connectors.asking import OutsideTrouble, Patience, Question, as_json, ask
from apps.sync.connectors.mailchimp.mapping import hash_of

MOST = 500  # members of one request
PAGE = 1000  # members of one answer
_KEY = re.compile(r"[0-9a-zA-Z]{8,64}-(?P<centre>[a-z]{2,4}\d{1,4})")


@dataclass(frozen=True, slots=True)
class Audience:
    """`tags` are its merge fields' tags ("FNAME"); `members` are those subscribed."""

    name: str
    members: int
    tags: frozenset[str]


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a request: `refused` says why, by the address as it was sent."""

    made: int
    changed: int
    refused: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Leaver:
    """Somebody who gets no more mail there: `status` is "unsubscribed" or "cleaned"; `at` as they write it."""

    address: str
    status: str
    at: str
    reason: str


def centre_of(key: str) -> str:
    """The data centre that a key names after its dash, "us21"; "" where it isn't a key."""
    found = _KEY.fullmatch(key.strip())
    return found["centre"] if found else ""


class Client:
    """Errors are OutsideTrouble; one request at a time, so that ten at once are never reached."""

    def __init__(self, key: str, *, patience: Patience | None = None) -> None:
        self._key, self._patience = key.strip(), patience or Patience()
        centre = centre_of(self._key)
        if not centre:
            raise OutsideTrouble(_("The key doesn't look like one of Mailchimp's."), is_permanent=True)
        self._root = settings.RAPPORT_MAILCHIMP_URL.format(centre=centre)

    def audience(self, audience: str) -> Audience:
        found = self._ask("GET", _list(audience), {"fields": "name,stats.member_count"})
        fields = self._ask("GET", f"{_list(audience)}/merge-fields", {"fields": "merge_fields.tag", "count": "1000"})
        return Audience(
            name=str(found.get("name", "")),
            members=int((found.get("stats") or {}).get("member_count") or 0),
            tags=frozenset(str(each.get("tag", "")) for each in fields.get("merge_fields") or []),
        )

    def put(self, audience: str, members: Sequence[Mapping[str, Any]]) -> Taken:
        """Add these members or change them, at most 500 and each address once; doing it again changes nothing."""
        body = {"members": list(members), "update_existing": True, "sync_tags": False}
        found = self._ask("POST", _list(audience), {"skip_merge_validation": "true"}, body)
        refused = {str(each.get("email_address", "")): _why(each) for each in found.get("errors") or []}
        return Taken(int(found.get("total_created") or 0), int(found.get("total_updated") or 0), refused)

    def archive(self, audience: str, address: str) -> None:
        """Take somebody out of the audience, without deleting them for good; not there: nothing to do."""
        self._unless_gone("DELETE", _member(audience, address))

    def drop_tags(self, audience: str, address: str, names: Sequence[str]) -> None:
        tags = [{"name": name, "status": "inactive"} for name in names]
        self._unless_gone("POST", f"{_member(audience, address)}/tags", {"tags": tags})

    def leavers(self, audience: str, *, status: str, since: str, offset: int) -> list[Leaver]:
        """Those of a status whose rows have changed since, the oldest change first, at most PAGE of them."""
        query = {
            "status": status,
            "count": str(PAGE),
            "offset": str(offset),
            "sort_field": "last_changed",
            "sort_dir": "ASC",
            "fields": "members.email_address,members.status,members.last_changed,members.unsubscribe_reason",
            **({"since_last_changed": since} if since else {}),
        }
        found = self._ask("GET", f"{_list(audience)}/members", query).get("members") or []
        return [
            Leaver(
                str(each["email_address"]),
                str(each["status"]),
                str(each["last_changed"]),
                str(each.get("unsubscribe_reason") or ""),
            )
            for each in found
        ]

    def _unless_gone(self, method: str, path: str, body: object = None) -> None:
        try:
            self._ask(method, path, {}, body)
        except OutsideTrouble as trouble:
            if trouble.status not in (404, 405):  # 405: archived already, says their glossary
                raise

    def _ask(self, method: str, path: str, query: Mapping[str, str], body: object = None) -> dict[str, Any]:
        question = Question(
            method,
            f"{self._root}/3.0{path}",
            query,
            None if body is None else as_json(body),
            ("rapport", self._key),
        )
        found = ask(question, self._patience)
        return found if isinstance(found, dict) else {}


def _list(audience: str) -> str:
    return f"/lists/{quote(audience, safe='')}"


def _member(audience: str, address: str) -> str:
    return f"{_list(audience)}/members/{hash_of(address)}"


def _why(error: Mapping[str, Any]) -> str:
    words = [str(error.get("error") or "")]
    if error.get("field_message"):
        words.append(f"{error.get('field')}: {error['field_message']}")
    return " ".join(filter(None, words))[:300] or str(error.get("error_code", ""))
