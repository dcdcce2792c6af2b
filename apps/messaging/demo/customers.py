"""Customers of the demo: whoever gets a letter from the house answers it a moment later, through SMTP."""

from __future__ import annotations

import re
import smtplib
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from pathlib import Path

_PAUSE = 1.0  # seconds between two looks
_ANSWER = (
    "Thank you, this has arrived. I will look at it today and call you back.\n\n"
    "Дякую, отримали. Перегляну сьогодні й зателефоную.\n"
)


def answer_for_ever(folder: Path, port: int, house: str) -> None:
    """Look for letters from addresses at `house` in the Maildirs of everybody else, and answer those that are new."""
    seen = {path for box in _boxes(folder, house) for path in (box / "new").glob("*")}
    while True:
        time.sleep(_PAUSE)
        for box in _boxes(folder, house):
            for path in sorted((box / "new").glob("*")):
                if path not in seen:
                    seen.add(path)
                    _answer(path, port, house)


def _boxes(folder: Path, house: str) -> Iterator[Path]:
    for path in folder.iterdir() if folder.is_dir() else ():
        if "@" in path.name and not path.name.endswith(f"@{house}") and (path / "new").is_dir():
            yield path


def _answer(path: Path, port: int, house: str) -> None:
    letter = message_from_bytes(path.read_bytes(), policy=policy.default)
    sender = parseaddr(str(letter["From"]))[1]
    if not sender.endswith(f"@{house}") or letter["Auto-Submitted"] or sender.startswith("rapport@"):
        return
    answer = EmailMessage()
    answer["From"], answer["To"] = str(letter["To"]).partition(",")[0], str(letter["From"])
    subject = str(letter["Subject"] or "")
    answer["Subject"] = subject if re.match(r"(?i)re:", subject) else f"Re: {subject}"
    answer["Date"], answer["Message-ID"] = formatdate(localtime=True), make_msgid(domain="customer.example")
    if known := str(letter["Message-ID"] or ""):
        answer["In-Reply-To"], answer["References"] = known, f"{letter['References'] or ''} {known}".strip()
    answer.set_content(_ANSWER)
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as connection:
        connection.send_message(answer)
