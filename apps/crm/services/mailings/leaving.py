"""What readers of mailings decide by the links in them. The link is all they need: who has it had the mail."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from apps.contacts.models import EmailAddress
from apps.contacts.services.consent import Reason, leave, spellings, take_again
from apps.core.models import Suppression
from apps.crm.models import MailingTopic
from apps.crm.services.mailings.tokens import Letter

_THEIRS = (Reason.UNSUBSCRIBED,)  # what a reader did, a reader may take back; the rest is for the house
_EVERYTHING = Suppression.ALL


@dataclass(frozen=True, slots=True)
class Standing:
    """What one address gets. `held` is why it gets nothing whatever its reader chooses, or ""."""

    address: str  # partly hidden: a forwarded mail tells nobody whose it was
    topic: MailingTopic | None  # what the link's mail was about
    choices: list[tuple[MailingTopic, bool]]
    gets_any: bool
    gets_topic: bool
    held: str
    language: str


def standing_of(letter: Letter) -> Standing:
    rows = dict(Suppression.objects.filter(address=letter.address).values_list("scope", "reason"))
    all_topics = {topic.scope: topic for topic in MailingTopic.objects.order_by("title", "pk")}
    gets_any = _EVERYTHING not in rows
    reason = rows.get(_EVERYTHING, "")
    return Standing(
        address=_hidden(letter.address),
        topic=all_topics.get(letter.scope),
        choices=[(each, gets_any and each.scope not in rows) for each in all_topics.values() if each.is_active],
        gets_any=gets_any,
        gets_topic=gets_any and letter.scope not in rows,
        held="" if reason in ("", *_THEIRS) else reason,
        language=_language_of(letter.address),
    )


def leave_by_letter(letter: Letter, *, now: datetime, everything: bool = False) -> None:
    """Leave what the letter was about, or everything; a second call changes nothing."""
    scope = _EVERYTHING if everything else letter.scope
    leave(addresses=[letter.address], scope=scope, reason=Reason.UNSUBSCRIBED, origin=letter.origin, now=now)


@transaction.atomic
def return_by_letter(letter: Letter, *, now: datetime) -> bool:
    """Take back a leaving, of what the letter was about and of everything; False: there was none to take back."""
    scopes = {letter.scope, _EVERYTHING}
    taken = [take_again(address=letter.address, scope=each, reasons=_THEIRS, now=now) for each in sorted(scopes)]
    return any(taken)


@transaction.atomic
def choose_by_letter(letter: Letter, *, keys: Collection[str], now: datetime) -> None:
    """Get the offered topics of `keys` and no others; without any, no mailing at all."""
    topics = list(MailingTopic.objects.offered().order_by("pk"))
    wanted = [topic for topic in topics if topic.key in keys]
    if not wanted:
        leave_by_letter(letter, now=now, everything=True)
        return
    take_again(address=letter.address, reasons=_THEIRS, now=now)
    for topic in topics:
        if topic in wanted:
            take_again(address=letter.address, scope=topic.scope, reasons=_THEIRS, now=now)
        else:
            leave_by_letter(Letter(letter.address, topic.scope, letter.origin), now=now)


def _hidden(address: str) -> str:
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}…{at}{domain}"


def _language_of(address: str) -> str:
    """The language of a contact who bears the address, or ""."""
    rows = EmailAddress.objects.filter(address__in=spellings([address]), entity__trashed_at__isnull=True)
    found = rows.exclude(entity__language="").order_by("pk").values_list("entity__language", flat=True).first()
    return found or ""
