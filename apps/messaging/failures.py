"""What a server's refusal means, in a sentence for the mail's author (RFC 5321, RFC 3463)."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

_ENHANCED = re.compile(r"\b[45]\.(\d{1,3})\.(\d{1,3})\b")
_CODE = re.compile(r"\b([245]\d\d)\b")


def words_for(answer: str) -> str:
    """A sentence that says what happened and what to do; the server's own words are shown beside it."""
    lower = answer.lower()
    subject, detail = _enhanced(answer)
    if "beyond ascii" in lower:
        return _("The server takes no addresses with letters beyond A to Z.")
    code = found[1] if (found := _CODE.search(answer)) else ""
    if "sign-in refused" in lower or code in ("530", "534", "535"):
        return _("The mail server refused the sign-in. Check the password of the mailbox in its settings.")
    if (subject, detail) in ((1, 1), (1, 0), (1, 6), (1, 10)) or _says(
        lower, "user unknown", "no such user", "no mailbox"
    ):
        return _("There is no such mailbox. Check the address for a typing error.")
    if (subject, detail) in ((1, 2), (4, 4)) or _says(lower, "domain not found", "host unknown", "no mx"):
        return _("The domain of the address receives no mail. Check what stands behind the @.")
    if (subject == 2 and detail == 2) or _says(lower, "mailbox full", "over quota", "quota exceeded"):
        return _("The recipient's mailbox is full. Try again later or reach them another way.")
    if subject == 2:
        return _("The recipient's mailbox takes no mail at present.")
    if (subject, detail) in ((3, 4), (2, 3)) or code == "552" or _says(lower, "too large", "size limit"):
        return _("The mail is too large for the recipient's server. Send fewer or smaller files.")
    if (subject, detail) in ((7, 26), (7, 23), (7, 25)) or _says(lower, "spf", "dkim", "dmarc"):
        return _("The recipient's server doesn't believe that our server may send for this address (SPF, DKIM).")
    if _says(lower, "spam", "blocked", "blacklist", "blocklist", "reputation"):
        return _("The recipient's server took it for unwanted mail.")
    if _says(lower, "relay"):
        return _("The mail server doesn't pass mail on for this mailbox. Check its settings.")
    if subject == 7 or code in ("550", "553", "554"):
        return _("The server refused the mail.")
    if code.startswith("4") or not code:
        return _("The mail server could not be reached for a long time, so it was given up.")
    return _("The server refused the mail.")


def _enhanced(answer: str) -> tuple[int, int]:
    found = _ENHANCED.search(answer)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _says(answer: str, *words: str) -> bool:
    return any(word in answer for word in words)
