"""Whether a person wrote a mail."""

from __future__ import annotations

import re

from .bounces import read_bounces, report_kind
from .message import ParsedMessage

_DAEMONS = re.compile(r"(?i)\A(?:mailer-?daemon|mail-daemon|postmaster|bounces?(?:[+-].*)?)@")
_NOBODY = re.compile(
    r"(?i)\A(?:(?:.*[._+-])?(?:no-?_?\.?reply|do-?_?not-?_?reply|noanswer|keine-?antwort|ne-?pas-?repondre)(?:[._+-].*)?"
    r"|notifications?|notify|alerts?|automailer|robot|bot|cron|daemon|root|www-data|apache|nobody|system|mailer)@"
)
_AWAY = re.compile(
    r"(?i)\A\W*(?:auto(?:matic|mated)?[- ]?(?:reply|response|answer)|out of (?:the )?office|abwesenheit"
    r"|automatische antwort|автоответ|автоматический ответ|автовідповідь|автоматична відповідь|réponse automatique"
    r"|automatyczna odpowiedź|on vacation|vacation)"
)


def is_automatic(message: ParsedMessage) -> str:
    """What kind of program wrote it: "bounce", "auto-reply", "newsletter", "robot"; "" for a person.

    By RFC 3834 (Auto-Submitted), RFC 2919 and 2369 (lists), and what programs do without them.
    """
    address = message.sender.address
    if report_kind(message) in {"delivery", "feedback"} or _DAEMONS.match(address) or read_bounces(message):
        return "bounce"
    submitted = message.auto_submitted.partition(";")[0].strip()
    if (
        report_kind(message) == "disposition"
        or submitted == "auto-replied"
        or message.precedence == "auto_reply"
        or {"x-autoreply", "x-autorespond", "x-auto-reply-from"} & set(message.traits)
        or _AWAY.match(message.subject)
    ):
        return "auto-reply"
    is_bulk = message.precedence in {"bulk", "list", "junk"}
    campaign = {"feedback-id", "x-campaign", "x-campaignid", "x-csa-complaints", "x-mailing-list", "list-post"}
    if message.list_id or message.list_unsubscribe or is_bulk or campaign & set(message.traits):
        return "newsletter"
    if submitted not in {"", "no"} or _NOBODY.match(address) or "x-cron-env" in message.traits:
        return "robot"
    return ""
