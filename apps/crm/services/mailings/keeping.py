"""The list of who gets no mailings, as those who keep the mailings work on it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from apps.contacts.services.consent import Reason, leave_many, take_again
from apps.contacts.services.parts import clean_address
from apps.core.models import Suppression
from apps.core.services.operations import operate
from apps.core.services.suppression import fold
from apps.crm.permissions.mailings import keeps_mailings

if TYPE_CHECKING:
    from apps.accounts.models import User

ADDED, TAKEN_OFF = "suppressions.added", "suppression.taken_off"
MOST = 500_000  # rows of one file
_LONGEST = 100_000  # characters of a cell


def add_addresses(
    *, actor: User, addresses: Iterable[str], scope: str, reason: Suppression.Reason, origin: str, now: datetime
) -> int:
    """Keep mailings of `scope` from all of these; returns of how many anew. Raises PermissionDenied."""
    if not keeps_mailings(actor):
        raise PermissionDenied
    with operate(actor=actor, verb=ADDED, now=now, undoable=False, keep=True) as recorder:
        count = leave_many(addresses=addresses, reason=reason, scope=scope, origin=origin, actor=actor, now=now)
        recorder.operation.message = origin[:200]
        recorder.operation.total = recorder.operation.done = count
        recorder.operation.save(update_fields=["message", "total", "done"])
    return count


def take_off(*, actor: User, suppression: Suppression, why: str, is_certain: bool, now: datetime) -> bool:
    """Let mailings go there again; False: somebody else has taken it off already.

    Raises PermissionDenied, ValidationError under "why", and under "is_certain" for who reported a mail as spam: a
    second complaint costs the house its good name with mail providers.
    """
    if not keeps_mailings(actor):
        raise PermissionDenied
    words = " ".join(why.split())
    if not words:
        raise ValidationError({"why": _("Say why.")})
    if suppression.reason == Reason.COMPLAINED and not is_certain:
        raise ValidationError({"is_certain": _("Tick this if they asked for it themselves.")})
    with operate(actor=actor, verb=TAKEN_OFF, now=now) as recorder:
        seen = [suppression.reason]
        done = take_again(address=suppression.address, scope=suppression.scope, reasons=seen, actor=actor, now=now)
        recorder.operation.message = words[:500]
        recorder.operation.save(update_fields=["message"])
    return done


def addresses_in(content: bytes) -> tuple[list[str], int]:
    """The addresses of a CSV file, folded and each once, and how many of its rows had none.

    A row's address is its first cell that is one; our own files and those of other programs are read alike. Raises
    ValidationError under "file" for what is no text, or too long.
    """
    found: dict[str, None] = {}
    bad = 0
    for number, row in enumerate(_rows(content)):
        address = next((each for each in map(_cleaned, row) if each), "")
        if address:
            found[address] = None
        elif any(cell.strip() for cell in row) and number:  # the first may be the titles
            bad += 1
        if number > MOST:
            raise ValidationError({"file": _("A file may have %(most)s rows.") % {"most": MOST}})
    return list(found), bad


def addresses_of(text: str) -> tuple[list[str], list[str]]:
    """The addresses among these words, and the words that are none."""
    words = text.replace(",", " ").replace(";", " ").split()
    cleaned = [(word, _cleaned(word)) for word in words]
    return list(dict.fromkeys(each for _word, each in cleaned if each)), [word for word, each in cleaned if not each]


def _rows(content: bytes) -> Iterator[list[str]]:
    try:
        text = content.decode("utf-8-sig")
        separator = max(",;\t", key=text[:2000].count)
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            if any(len(cell) > _LONGEST for cell in row):  # the reader's own limit is the process's, not ours
                raise csv.Error
            yield row
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValidationError({"file": _("This is no CSV file in UTF-8.")}) from error


def _cleaned(cell: str) -> str:
    """The folded address in a cell, or ""."""
    bare = cell.strip().lstrip("'").strip("<>").removeprefix("mailto:")
    if "@" not in bare or len(bare) > 320:
        return ""
    try:
        return fold(clean_address(bare))
    except ValidationError:
        return ""
