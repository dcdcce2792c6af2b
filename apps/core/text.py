"""Text as people search and sort it: without case and accents, in Cyrillic and Latin letters alike."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼʹ`´′＇", "'"))
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_LETTERS = re.compile(r"([^\W\d_]+(?:['’ʼ][^\W\d_]+)*)")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_RUSSIAN_ONLY = re.compile(r"[ыэъё]")
_KEPT_MARKS = {"й", "ї", "ў"}  # letters of their own, though Unicode takes them apart; ё is written as е by most
_SORT_LENGTH = 200  # an index entry must stay under 2,700 bytes whatever the script
# The letters that Unicode puts behind я take the place that the Ukrainian alphabet gives them.
_SORT_PLACES = str.maketrans({"ґ": "гӿ", "є": "еӿ", "і": "иӿ", "ї": "иӿӿ"})

# Ukrainian: resolution 55 of the Cabinet of Ministers, 2010. Russian: as most passports and people write it.
_SHARED = {
    "а": "a", "б": "b", "в": "v", "ґ": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "к": "k", "л": "l",
    "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts",
    "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ў": "u",
}  # fmt: skip
_UKRAINIAN = {**_SHARED, "г": "h", "и": "y", "і": "i", "ї": "i", "й": "i", "є": "ie", "ю": "iu", "я": "ia"}
_UKRAINIAN_FIRST = {"ї": "yi", "й": "y", "є": "ye", "ю": "yu", "я": "ya"}
_RUSSIAN = {**_SHARED, "г": "g", "и": "i", "і": "i", "ї": "i", "й": "y", "є": "e", "ю": "yu", "я": "ya"}


def fold(text: str) -> str:
    """Return `text` without case, accents and doubled spaces: "  Müller-Łódź " gives "muller-lodz".

    Cyrillic stays Cyrillic; й, ї and ґ are letters, not accents, but ё becomes е. Folding twice changes nothing.
    """
    text = text.replace("`", "'") if text.isascii() else text.translate(_APOSTROPHES)
    if text.isascii():
        return " ".join(text.lower().split())
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(text.translate(_FOLDED).lower().translate(_APOSTROPHES).split())


class _Folded(dict[int, str]):
    """What each character becomes, for `str.translate`: an import folds the same few letters a million times."""

    def __missing__(self, code: int) -> str:
        self[code] = bare = _fold_character(chr(code))
        return bare


_FOLDED = _Folded()


def _fold_character(character: str) -> str:
    if character < "\x80" or character in _KEPT_MARKS:
        return character
    bare = "".join(each for each in unicodedata.normalize("NFKD", character) if not unicodedata.combining(each))
    if bare and not bare.isascii() and unicodedata.name(bare[0], "").startswith("LATIN"):
        return anyascii(bare)
    return bare


def sort_key(*texts: str) -> str:
    """Return what `texts`, one after the other, are ordered by, bytewise.

    Folded, from the first letter or digit on, at most 200 characters.
    """
    key = " ".join(filter(None, map(_sortable, texts)))
    if not key[:1].isalnum():
        key = key[next((position for position, character in enumerate(key) if character.isalnum()), 0) :]
    return key[:_SORT_LENGTH]


@lru_cache(maxsize=65_536)  # of a name many bear
def _sortable(text: str) -> str:
    folded = fold(text)
    return folded if folded.isascii() else folded.translate(_SORT_PLACES)


def transliterate(text: str) -> str:
    """Return `text` in ASCII letters, case kept: Ukrainian by its official rules, other scripts by common ones.

    A word with ы, э, ъ or ё is read as Russian.
    """
    if text.isascii():
        return text
    pieces = _LETTERS.split(unicodedata.normalize("NFC", text))
    return "".join(_transliterate_word(piece) if _CYRILLIC.search(piece) else anyascii(piece) for piece in pieces)


def _transliterate_word(word: str) -> str:
    lower = word.lower()
    latin = _romanise(re.sub("['’ʼ]", "", lower), russian=bool(_RUSSIAN_ONLY.search(lower)))
    if word.isupper() and len(word) > 1:
        return latin.upper()
    return latin[:1].upper() + latin[1:] if word[:1].isupper() else latin


def _romanise(word: str, *, russian: bool) -> str:
    table = _RUSSIAN if russian else _UKRAINIAN
    if not russian:
        word = word.replace("зг", "zgh")
    first = "" if russian else _UKRAINIAN_FIRST.get(word[:1], "")
    rest = word[1:] if first else word
    return first + "".join(table[letter] if letter in table else anyascii(letter).lower() for letter in rest)


def spellings(word: str) -> list[str]:
    """Return the ways one word may be typed, folded, its own first: "Київ" gives київ, kyiv, kiiv, kiev.

    A Cyrillic word is read as Ukrainian and as Russian, since names cross between both.
    """
    own = fold(word).replace("'", "").replace(" ", "")
    if own.isascii():
        return [own] if own else []
    found = [own]
    if _CYRILLIC.search(own):
        found += [_romanise(own, russian=False), _romanise(own, russian=True)]
        # Київ and Киев, Харків and Харьков: the Ukrainian ending has a Russian twin.
        if own.endswith(("їв", "ів")):
            found += [_romanise(own[:-2] + ("ев" if own[-2] == "ї" else "ов"), russian=True)]
    else:
        found += [anyascii(own).lower()]
    letters = ("".join(filter(str.isalnum, spelling)) for spelling in found)
    return [spelling for spelling in dict.fromkeys(letters) if spelling]


def words(text: str) -> list[str]:
    """Return the words that find `text`: each one folded and in its Latin spellings, in order, without repeats.

    For an index of prefixes. What a person types is looked up by any of `spellings` of each typed word.
    """
    found: dict[str, None] = {}
    for match in _WORD.finditer(fold(text)):
        found |= dict.fromkeys(spellings(match.group()))
    return list(found)


def digits(text: str) -> str:
    """Return the digits of `text` in ASCII, of whatever script they are."""
    return "".join(str(unicodedata.digit(character)) for character in text if character.isdecimal())
