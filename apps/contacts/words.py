"""Words and numbers as search keeps them; the same for what is stored and for what is typed. Pure and fast."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

import phonenumbers

from apps.core.text import digits, fold, transliterate

TOKEN_LENGTH = 60
_WORD = re.compile(r"[^\W_]+")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_ASCII_WORD = re.compile(r"[a-z0-9]+")
# Spellings that differ by transliteration alone become one: Serhii, Sergiy and Сергій; Yuliia, Julia and Юлія.
_SAME = str.maketrans({"y": "i", "j": "i", "g": "h", "w": "v"})
_TWICE = re.compile(r"([a-z])\1+")
# An umlaut written out, and the ways to write є: Schroeder and Schröder, Kiev, Kyiv and Київ.
_PAIRS = re.compile(r"([aou])e|ie")
# Everybody's address ends in one of these, so they find nobody.
_COMMON_DOMAINS = {
    *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "icloud.com", "me.com"),
    *(
        "gmx.de",
        "gmx.net",
        "web.de",
        "aol.com",
        "ukr.net",
        "i.ua",
        "mail.ru",
        "yandex.ru",
        "protonmail.com",
        "proton.me",
    ),
}


@lru_cache(maxsize=131_072)
def search_word(word: str) -> str:
    """One word as search keeps it: folded, in Latin letters, transliterations made alike; "" if nothing is left."""
    latin = "".join(_ASCII_WORD.findall(transliterate(fold(word)).lower()))
    plain = _PAIRS.sub(lambda pair: pair[1] or "i", latin.translate(_SAME))
    return _TWICE.sub(r"\1", plain)[:TOKEN_LENGTH]


# Words before or after a firm's own name, by which nobody looks for it first.
LEGAL_FORMS = frozenset(
    search_word(form) for form in ("ТОВ", "ПП", "ФОП", "АТ", "ПрАТ", "ООО", "GmbH", "AG", "Ltd", "LLC")
)


def search_words(text: str) -> tuple[str, ...]:
    """The words of `text` as search keeps them, in their order; typed text and stored text go the same way."""
    return _search_words(text) if text else ()


@lru_cache(maxsize=65_536)  # each name is asked for twice, the tokens' and the text's, and many bear it
def _search_words(text: str) -> tuple[str, ...]:
    joined = text.replace("'", "").replace("’", "").replace("ʼ", "")
    return tuple(filter(None, map(search_word, _WORD.findall(joined))))


def email_tokens(address: str) -> list[str]:
    """The whole address as typed in lower case, the words before the @, and the domain unless everybody has it.

    A word that the address itself begins with is found by the address.
    """
    lowered = address.strip().lower()
    if not lowered:
        return []
    local, _, domain = lowered.rpartition("@")
    words = search_words(local)
    if words and lowered.startswith(words[0]):
        words = words[1:]
    tokens = [lowered[:TOKEN_LENGTH], *words]
    if local and domain and domain not in _COMMON_DOMAINS:
        tokens.append(domain[:TOKEN_LENGTH])
    return tokens


class PhoneForms(NamedTuple):
    """What a typed number means; `e164` and `extension` are empty where they are not known."""

    e164: str
    extension: str
    digits: str
    digits_reversed: str


@lru_cache(maxsize=65_536)
def parse_phone(raw: str, region: str = "") -> PhoneForms:
    """Read a number as typed; `region` (ISO 3166) says whose numbers those without a country are."""
    if _is_possible_as_it_stands(raw):
        return _forms(raw, "", raw[1:])
    try:
        number = phonenumbers.parse(raw[:200], region.upper() or None)
    except phonenumbers.NumberParseException:
        return _forms("", "", digits(raw))
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return _forms("", "", digits(raw))
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return _forms(e164, (number.extension or "")[:20], e164[1:])


def _is_possible_as_it_stands(raw: str) -> bool:
    """Whether the careful way would find this very text: most files write E.164, and that way takes ten times as long.

    False also where it might find something else: zeros and prefixes that some countries dial before a number.
    """
    if not _E164.fullmatch(raw):
        return False
    codes = phonenumbers.COUNTRY_CODE_TO_REGION_CODE
    code = next((code for end in (2, 3, 4) if (code := int(raw[1:end])) in codes), 0)
    if not code:
        return False
    metadata = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(code, codes[code][0])
    national = raw[1 + len(str(code)) :]
    if metadata is None or metadata.general_desc is None or national.startswith("0"):
        return False
    prefix = metadata.national_prefix_for_parsing
    if prefix and re.match(prefix, national):
        return False
    return len(national) in metadata.general_desc.possible_length


def _forms(e164: str, extension: str, its_digits: str) -> PhoneForms:
    its_digits = its_digits[:60]
    return PhoneForms(e164, extension, its_digits, its_digits[::-1])
