"""What somebody wrote now, apart from what they quote."""

from __future__ import annotations

import re
import time

import pytest

from apps.messaging.mime.html_text import html_to_text
from apps.messaging.mime.parsing import parse_message
from apps.messaging.mime.quotes import split_reply
from tests.contacts.formats.corpus import cases


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize(("path", "expected"), [*cases("eml/talon"), *cases("reply-html/")])
def test_reply_of_a_real_program_is_cut_at_its_quote(path, expected):
    is_mail = path.suffix == ".eml"
    text = parse_message(path.read_bytes()).text if is_mail else html_to_text(path.read_text())

    answer, quoted = split_reply(text)

    assert squeezed(answer) == squeezed(expected["reply_text"])
    assert quoted


@pytest.mark.parametrize(
    "introduction",
    [
        "On Mon, Apr 2, 2026 at 6:26 PM, Ann <ann@x.example> wrote:",
        "On Mon, Apr 2, 2026 at 6:26 PM, Ann Smith\n<ann.smith.with.a.long.name@x.example> wrote:",
        "Am 02.04.2026 um 18:26 schrieb Ann Smith:",
        "Le 2 avril 2026 à 18:26, Ann <ann@x.example> a écrit :",
        "El 2/4/2026 a las 18:26, Ann escribió:",
        "02.04.2026, 18:26, Анна <ann@x.example> написала:",
        "чт, 2 апр. 2026 г. в 18:26, Анна <ann@x.example>:",
        "чт, 2 квіт. 2026 р. о 18:26 Анна <ann@x.example> пише:",
        "Четверг, 2 апреля 2026, 18:26 +03:00 от Анна <ann@x.example>:",
        "-----Original Message-----",
        "-------- Исходное сообщение --------",
        "-------- Пересылаемое сообщение --------",
        "________________________________",
        "From: Ann\nSent: Monday\nTo: Bob\nSubject: Offer\n",
        "От: Анна\nОтправлено: понедельник\nКому: Борис\nТема: Окна\n",
        "Від: Анна\nНадіслано: понеділок\nКому: Борис\nТема: Вікна\n",
        "Von: Ann\nGesendet: Montag\nAn: Bob\nBetreff: Angebot\n",
    ],
)
def test_introductions_of_programs_and_languages(introduction):
    answer, quoted = split_reply(f"Yes, please.\n\nBob\n\n{introduction}\n> Shall we?\n")

    assert answer == "Yes, please.\n\nBob"
    assert quoted.startswith(introduction.split("\n")[0])


@pytest.mark.parametrize(
    "text",
    [
        "Hello,\nthe meeting is on 02.04.2026 at 18:26, please come:\nOffice 5",
        "Our offer:\n- windows\n- doors",
        "From: Berlin to Paris\nwe deliver.",
        "He wrote: yes",
        "",
    ],
)
def test_mail_without_a_quote_stays_whole(text):
    assert split_reply(text) == (text, "")


def test_lines_with_marks_at_the_end_are_a_quote():
    assert split_reply("Yes.\n\n> Shall we?\n> Ann") == ("Yes.", "> Shall we?\n> Ann")


@pytest.mark.parametrize(
    "text", ["On " + "a " * 50_000, "1.1.2026 10:10 " * 8000, "From: x\n" * 20_000, "> " * 50_000, "\n" * 100_000]
)
def test_text_made_to_stall_the_patterns_does_not(text):
    started = time.process_time()

    split_reply(text)

    assert time.process_time() - started < 5
