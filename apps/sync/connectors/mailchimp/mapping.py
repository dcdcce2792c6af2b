"""What a contact is called at Mailchimp. Pure functions; what they make, its API takes."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from apps.core.services.suppression import fold

LONGEST_TEXT = 255  # of a merge field
LONGEST_TAG = 100
LONGEST_ADDRESS = 254
_MERGE_TAG = re.compile(r"[A-Z][A-Z0-9_]{0,9}")
_ADDRESS_TAGS = frozenset({"EMAIL", "ADDRESS"})  # the address itself, and one that wants parts of an address
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_DAY = re.compile(r"(?:\d{4}|-)-(?P<month>\d{2})-(?P<day>\d{2})")


def hash_of(address: str) -> str:
    """Their name for a member: the MD5 of the address in small letters."""
    return hashlib.md5(address.lower().encode(), usedforsecurity=False).hexdigest()


def address_of(typed: str) -> str:
    """The address as it is sent; "" for one that they would refuse."""
    address = fold(typed)
    if len(address) > LONGEST_ADDRESS or not address.isascii():
        return ""
    try:
        validate_email(address)
    except ValidationError:
        return ""
    return address


def is_merge_tag(tag: str) -> bool:
    return bool(_MERGE_TAG.fullmatch(tag)) and tag not in _ADDRESS_TAGS


def text(value: object, most: int = LONGEST_TEXT) -> str:
    """One line, as long as they take it: they count bytes."""
    line = " ".join(_UNSEEN.sub(" ", str(value)).split())
    return line.encode()[:most].decode("utf-8", "ignore").strip()


def birthday(value: str) -> str:
    """MM/DD of 1985-04-12 or --04-12, as a merge field for birthdays wants it; "" of what has no day."""
    found = _DAY.fullmatch(value)
    return f"{found['month']}/{found['day']}" if found else ""


def tags(names: Iterable[str]) -> list[str]:
    """Each once, however it is written: they see no difference between large and small letters."""
    found: dict[str, str] = {}
    for name in names:
        if line := text(name, LONGEST_TAG):
            found.setdefault(line.casefold(), line)
    return sorted(found.values())


def member(address: str, values: Mapping[str, object], names: Iterable[str]) -> dict[str, Any]:
    """A member to be subscribed: `values` by merge tag, `names` of tags. `address` is one of `address_of`."""
    fields = {tag: text(value) for tag, value in sorted(values.items()) if is_merge_tag(tag)}
    return {
        "email_address": address,
        "email_type": "html",
        "status": "subscribed",
        "merge_fields": fields,
        "tags": tags(names),
    }


def leaver(address: str) -> dict[str, Any]:
    """A member who wants no more mail."""
    return {"email_address": address, "status": "unsubscribed"}


def digest(payload: Mapping[str, Any]) -> str:
    """Tells whether two payloads are the same."""
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
