"""Text made comparable: folded, transliterated, sortable where the database knows only code points."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

# Letters that Unicode doesn't take apart.
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"})
# Ukrainian letters stand in the alphabet where their code points don't.
_ORDER = str.maketrans({"ґ": "гӿ", "є": "еӿ", "і": "иӿ", "ї": "иӿӿ", "й": "иӿӿӿ"})
_WORD = re.compile(r"[^\W_]+")
_DIGIT = re.compile(r"\d")
# Ukrainian as in the resolution No. 55 of 2010, without its rules for the beginning of a word; Russian beside it.
_CYRILLIC = str.maketrans(
    dict(
        zip(
            "абвгґдезиіклмнопрстуфыэ",
            ("a", "b", "v", "h", "g", "d", "e", "z", "y", "i", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f", "y", "e"),
            strict=True,
        )
    )
    | {"є": "ie", "ж": "zh", "ї": "i", "й": "i", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch"}
    | {"ю": "iu", "я": "ia", "ё": "e", "ў": "u", "ь": "", "ъ": ""}
)


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Lower case without accents: equal for what people take for the same."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).translate(_LETTERS)


def sort_key(text: str) -> str:
    """A key that sorts by code point as people sort: folded, punctuation aside, Ukrainian letters in their place."""
    if text.isascii():
        return " ".join(_WORD.findall(text.lower())) or text.lower()
    placed = unicodedata.normalize("NFC", text).casefold().translate(_ORDER)
    return " ".join(_WORD.findall(fold(placed))) or placed


@lru_cache(maxsize=65_536)
def transliterate(text: str) -> str:
    """The text in ASCII letters, Cyrillic the Ukrainian way; case is kept only in what was ASCII before."""
    if text.isascii():
        return text
    return anyascii(text.casefold().translate(_CYRILLIC))


def words(text: str) -> list[str]:
    """The search words of `text`, each once: folded, and beside them in Latin letters where they differ."""
    found: dict[str, None] = {}
    for word in _WORD.findall(text.replace("'", "").replace("’", "").replace("ʼ", "")):
        folded = fold(word)
        found[folded] = None
        latin = transliterate(folded).lower()
        if latin != folded:
            found[latin] = None
    return list(found)


def digits(text: str) -> str:
    """Only the digits, in ASCII."""
    if text.isascii():
        return "".join(_DIGIT.findall(text))
    return "".join(str(unicodedata.digit(sign)) for sign in _DIGIT.findall(text))
