"""Every mail of the folder of real files reads as three independent parsers agree it must."""

from __future__ import annotations

import re

import pytest

from apps.messaging.mime.html_text import html_to_text
from apps.messaging.mime.message import ParsedMessage
from apps.messaging.mime.parsing import parse_message
from tests.contacts.formats.corpus import cases

# Values that two of three parsers give and that were looked at: here the third is right.
SEEN = {
    # A text with a file name is something attached, as the README of the files defines it.
    ("mail__malformed-multiple-address-header-values", "n_attachments"),
    ("mail__malformed-multiple-address-header-values", "filenames"),
    # The name of the first author, not what stands between two authors, nor all names in one.
    ("mail__malformed-multiple-address-header-values", "from_name"),
    ("mail__qp-utf8-header", "from_name"),
}


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def found_in(message: ParsedMessage) -> dict:
    return {
        "subject": message.subject,
        "from": [box.address.lower() for box in message.from_all],
        "from_name": message.sender.name,
        "to": [box.address.lower() for box in message.to],
        "date_utc": f"{message.sent_at:%Y-%m-%dT%H:%M:%SZ}" if message.sent_at else None,
        "message_id": f"<{message.message_id}>" if message.message_id else None,
        "n_attachments": len(message.attachments),
        "filenames": sorted(each.filename for each in message.attachments if each.filename),
        "attachment_sizes": sorted(each.size for each in message.attachments),
    }


def comparable(field: str, value):
    if field in {"from", "to"}:
        return [address.lower() for address in value]
    return [squeezed(name) for name in value] if field == "filenames" else value


@pytest.mark.parametrize(("path", "expected"), cases("eml/"))
def test_mail_reads_as_the_parsers_agree(path, expected):
    message = parse_message(path.read_bytes())

    found = found_in(message)
    for field in found.keys() & expected.keys():
        assert found[field] == comparable(field, expected[field]), field
    for field, soft in expected.get("two_of_three", {}).items():
        if field in found and (path.name.partition(".")[0], field) not in SEEN:
            assert found[field] == comparable(field, soft["value"]), field
    text = message.text if expected.get("body_type") != "text/html" else html_to_text(message.html)
    for words in expected.get("text_contains", ()):
        assert squeezed(words) in squeezed(text)
