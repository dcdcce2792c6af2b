"""What a mail says of its unknown sender: name, firm, job, phones."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from typing import Any

from apps.contacts.models import Entity
from apps.messaging.domains import domain_of, firm_name, is_desk
from apps.messaging.mime.quotes import split_reply
from apps.messaging.mime.signatures import read_signature
from apps.messaging.services.intake import Reading

_BESIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|[\"“”„]")
_LETTER = re.compile(r"[^\W\d_]")
_MOST_PHONES = 3
_END_OF_TEXT = 4_000


@dataclass(frozen=True, slots=True)
class Suggestion:
    """As an `UnknownSender.suggestion` holds it."""

    kind: str = Entity.Kind.PERSON.value
    first_name: str = ""
    last_name: str = ""
    organisation: str = ""
    job_title: str = ""
    phones: list[str] = field(default_factory=list)  # E.164

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Suggestion:
        return cls(**{name: kept[name] for name in cls.__slots__ if name in kept})

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def name(self) -> str:
        return " ".join(filter(None, (self.first_name, self.last_name))) or self.organisation


def suggest(reading: Reading, *, region: str) -> Suggestion:
    """Read it out of the header, the signature and, unless it is one of free mail, the domain."""
    address = reading.sender.address
    answer = split_reply(reading.text)[0] or reading.text
    signature = read_signature(answer[-_END_OF_TEXT:], region=region)
    organisation = signature.organisation or firm_name(domain_of(address))
    phones = list(signature.phones)[:_MOST_PHONES]
    name = clean_name(reading.sender.name, address)
    if is_desk(address):
        return Suggestion(Entity.Kind.ORGANISATION.value, organisation=name or organisation or address, phones=phones)
    first, last = split_name(name or clean_name(signature.name, address) or _name_in(address))
    return Suggestion(
        first_name=first[:200],
        last_name=last[:200],
        organisation=organisation[:400],
        job_title=signature.job_title[:400],
        phones=phones,
    )


def clean_name(name: str, address: str) -> str:
    """A header's name without what stands beside it; "" if it is only the address again."""
    words = " ".join(_BESIDE.sub(" ", name).strip(" '`,;").split())
    if "@" in words or not _LETTER.search(words) or words.lower() == address:
        return ""
    return words


def split_name(name: str) -> tuple[str, str]:
    """First and last name: "Koval, Olena" and "Olena Koval" alike; one word is the last name."""
    last, comma, first = name.partition(",")
    if comma and first.strip():
        return first.strip(), last.strip()
    words = name.split()
    return (" ".join(words[:-1]), words[-1]) if words else ("", "")


def _name_in(address: str) -> str:
    """ "olena.koval@…" names her; "okoval7@…" doesn't."""
    words = re.split(r"[._]", address.partition("@")[0])
    if len(words) in (2, 3) and all(len(word) > 1 and word.isalpha() for word in words):
        return " ".join(word.capitalize() for word in words)
    return ""
