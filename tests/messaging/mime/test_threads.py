"""Which subjects and ids are one conversation."""

from __future__ import annotations

import pytest

from apps.messaging.mime.parsing import parse_message
from apps.messaging.mime.threads import is_answer, subject_key, thread_keys


@pytest.mark.parametrize(
    "subject",
    [
        "Offer 12", "Re: Offer 12", "RE: FW: Offer  12", "AW: Antw: offer 12", "Отв: Offer 12", "НА: Вих.: Offer 12",
        "Re[2]: Offer 12", "Re(3): Offer 12", "Re：Offer 12", "R: I: Offer 12", "Fwd: offer 12 (fwd)",
        "回复: Offer 12",
    ],
)  # fmt: skip
def test_answers_and_forwarded_mails_have_the_key_of_the_first(subject):
    assert subject_key(subject) == "offer 12"


def test_tag_of_a_list_stays():
    assert subject_key("Re: [sales] AW: [sales] Offer 12") == subject_key("[Sales] offer 12") == "[sales] offer 12"
    assert subject_key("[sales] offer 12") != subject_key("offer 12")


def test_words_that_only_look_like_prefixes_stay():
    assert subject_key("Report: windows") == "report: windows"
    assert subject_key("Reply needed") == "reply needed"
    assert (subject_key("Re:"), subject_key("")) == ("", "")


def test_only_an_answer_says_that_it_follows():
    assert is_answer("Re: Offer")
    assert is_answer("[sales] Отв: Offer")
    assert not is_answer("Offer")


def test_nearest_message_is_looked_for_first():
    message = parse_message(b"Message-ID: <d@x>\nIn-Reply-To: <c@x>\nReferences: <a@x> <b@x> <c@x> <d@x>\n\nhi")

    assert thread_keys(message) == ("c@x", "b@x", "a@x")
