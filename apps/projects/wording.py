"""Words of what is said, as an index keeps and a search asks for them: in any language, also without spaces."""

from __future__ import annotations

import re

from apps.core.text import fold

LONGEST = 40  # letters of a word that are kept; longer ones are found by their beginning
# Scripts that put no spaces between words: Thai to Myanmar, Khmer, kana, Han, kana extensions.
_CLOSE = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUN = re.compile(rf"[{_CLOSE}]+|(?:[^\W_{_CLOSE}]|(?<=\w)'(?=\w))+")
_LINK = re.compile(r"https?://[^\s<>\"']{3,1900}", re.IGNORECASE)
_MOST_LINKS = 50
_CLOSE_RUN = re.compile(rf"[{_CLOSE}]")


def words_of(text: str) -> list[str]:
    """Each word once, folded; of a script without spaces each pair of neighbours, and the last sign alone."""
    found: dict[str, None] = {}
    for run in _RUN.findall(fold(text)):
        if _CLOSE_RUN.match(run):
            found |= dict.fromkeys(run[place : place + 2] for place in range(len(run)))
        else:
            found[run.replace("'", "")[:LONGEST]] = None
    return list(found)


def links_in(text: str) -> list[str]:
    """The addresses that a message names, each once, without what ends the sentence."""
    return list(dict.fromkeys(url.rstrip(".,;:!?)") for url in _LINK.findall(text)))[:_MOST_LINKS]


def asked(text: str) -> tuple[list[str], str]:
    """What must all stand in a message, and the beginning of a word that must too ("" if there is none).

    The word that is still being typed, the last one, is a beginning; so is a single sign without spaces.
    """
    runs = _RUN.findall(fold(text))
    whole: dict[str, None] = {}
    start = ""
    for number, run in enumerate(runs):
        if _CLOSE_RUN.match(run):
            if len(run) == 1:
                start = start or run
            whole |= dict.fromkeys(run[place : place + 2] for place in range(len(run) - 1))
            continue
        word = run.replace("'", "")[:LONGEST]
        if number == len(runs) - 1 and text[-1:].strip() and not start:
            start = word
        else:
            whole[word] = None
    return list(whole), start


def is_meant(word: str, *, whole: list[str], start: str) -> bool:
    """Whether a word of a message, as written, is one that was asked for: to mark it."""
    folded = fold(word).replace("'", "")[:LONGEST]
    return folded in whole or bool(start and folded.startswith(start))
