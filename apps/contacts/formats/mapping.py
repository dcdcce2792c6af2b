"""Guessing which column of a table holds what; the targets themselves are told in `targets`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from . import targets
from .rows import RowMapper
from .targets import IGNORE, OWN_MARK, RAW, choices, parse_target, title_of
from .vocabulary import PHRASES, compose, words_of

__all__ = ["IGNORE", "OWN_MARK", "RAW", "RowMapper", "choices", "guess_mapping", "parse_target", "score", "title_of"]

_GOOGLE = re.compile(r"(E-mail|Phone|Address|Website|Organization) (\d{1,4}) - (.+)\Z")
_GOOGLE_PARTS = {
    "E-mail": {"Value": "email", "Type": "email.label", "Label": "email.label"},
    "Phone": {"Value": "phone", "Type": "phone.label", "Label": "phone.label"},
    "Website": {"Value": "url", "Type": "url.label", "Label": "url.label"},
    "Organization": {"Name": "organisation", "Title": "job_title", "Department": "department"},
    "Address": {
        "Type": "address.label", "Label": "address.label", "Formatted": "address", "Street": "address.street",
        "City": "address.city", "PO Box": "address.po_box", "Region": "address.region", "Country": "address.country",
        "Postal Code": "address.postcode", "Extended Address": "address.street2",
    },
}  # fmt: skip
_REPEATABLE = ("email", "phone", "url", "address")
_EMAIL = re.compile(r"[^@\s<>;,]+@[^@\s<>;,]+\.[^@\s<>;,]+\Z")
_URL = re.compile(r"(?:https?://|www\.)\S+\Z", re.IGNORECASE)
_PHONE = re.compile(r"\+?[\d\s()./-]{6,24}\Z")


def guess_mapping(
    header: Sequence[str],
    sample_rows: Sequence[Sequence[str]] = (),
    custom_fields: Mapping[str, str] | None = None,
    *,
    has_header: bool = True,
) -> dict[str, str]:
    """The likeliest target of each column. What isn't understood is `raw`: kept as other data, never lost.

    `custom_fields` are the labels of the custom fields by key. Without a header the cells alone decide.
    """
    mapping = dict.fromkeys(header, RAW)
    if not has_header:
        return mapping | _guess_by_cells(header, sample_rows)
    if OWN_MARK in header:
        return mapping | {title: target for title in header if (target := targets.own_target(title))}
    context = {words_of(title) for title in header}
    taken: set[str] = set()
    for title in header:
        target = _guess(title, context)
        family = target.partition("[")[0].partition("#")[0].partition(".")[0]
        if target and (family in _REPEATABLE or target not in taken):
            mapping[title] = target
            taken.add(target)
    _settle_names(mapping, header, context)
    for key, label in (custom_fields or {}).items():
        for title in header:
            if mapping[title] == RAW and words_of(title) in (words_of(key), words_of(label)):
                mapping[title] = f"attributes.{key}"
                break
    if not any(target.startswith("email") for target in mapping.values()):
        mapping |= {
            title: "email"
            for place, title in enumerate(header)
            if mapping[title] == RAW and _share(_EMAIL, _cells(sample_rows, place)) > 0.5
        }
    return mapping


def score(mapping: Mapping[str, str]) -> int:
    """How much a table looks like contacts: the more understood columns the more, names and addresses most."""
    found = {target.partition("[")[0].partition("#")[0] for target in mapping.values()}
    known = len(found - {RAW, IGNORE, "notes", "categories"})
    named = bool(found & {"full_name", "first_name", "last_name", "organisation"})
    return known + 3 * named + 3 * bool(found & {"email", "phone"})


def _guess(title: str, context: set[str]) -> str:
    if found := _GOOGLE.match(title):
        target = _GOOGLE_PARTS[found[1]].get(found[3], "")
        family, dot, part = target.partition(".")
        return f"{family}#{found[2]}{dot}{part}" if target else ""
    words = words_of(title)
    plain = " ".join(word for word in words.split() if not word.isdigit())
    numbers = [int(word) for word in words.split() if word.isdigit()]
    if phrase := PHRASES.get(words) or _bare(words, context):
        return phrase
    if not plain or len(numbers) > 1 or (numbers and numbers[0] > 999):
        return ""
    if PHRASES.get(plain) == IGNORE:
        return IGNORE
    composed = compose(plain.split())
    if composed is None:
        # "Section 1 - Company", "Organization 2": numbered, the first of them counts.
        return PHRASES.get(plain, "") if numbers == [1] else ""
    noun, tag = composed
    if noun == "street" and numbers and numbers[0] > 1:
        return f"address[{tag}].street2" if tag else "address.street2"
    return _composed_target(noun, tag, numbers[0] if numbers and words.endswith(str(numbers[0])) else 0, context)


def _composed_target(noun: str, tag: str, number: int, context: set[str]) -> str:
    own = f"[{tag}]" if tag else ""
    match noun:
        case "email":
            return f"email{own}"
        case "web":
            return f"url{own}"
        case "phone":
            return f"phone{own}"
        case "mobile" | "pager":
            return f"phone[{noun}]"
        case "fax":
            return f"phone[{tag}_fax]" if tag in ("home", "work") else "phone[fax]"
        case "address" if number > 1:
            has_city = any((found := compose(words.split())) and found[0] == "city" for words in context)
            return f"address{own}.street2" if has_city else f"address{own or '[other]'}#{number}"
        case "address":
            return f"address{own}"
    return f"address{own}.{noun}"


def _bare(words: str, context: set[str]) -> str:
    """Headers that mean what their neighbours let them mean."""
    if words in ("home", "work", "other") and context & {"mobile", "yahoo phone", "pager", "fax"}:
        return f"phone[{words}]"
    if words == "title":
        knows_job = {"job title", "jobtitle", "position", "organization title", "organization 1 title"}
        return "prefix" if context & knows_job else "job_title"
    if words == "occupation":
        return "" if context & {"job title", "title", "organization 1 title", "organization title"} else "job_title"
    return ""


def _settle_names(mapping: dict[str, str], header: Sequence[str], context: set[str]) -> None:
    """A column called "Name" is the family name beside a first name alone, else the whole, as a lone "имя" is."""
    by_target = {target: title for title, target in mapping.items()}
    for title in header:
        if mapping[title] == RAW and words_of(title) == "name":
            alone = "first_name" in by_target and "last_name" not in by_target
            target = "last_name" if alone else "full_name"
            if target not in by_target:
                mapping[title] = target
                by_target[target] = title
    first = by_target.get("first_name")
    if first and words_of(first) in ("имя", "імя") and not {"last_name", "full_name"} & by_target.keys():
        mapping[first] = "full_name"


def _guess_by_cells(header: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    texts = []
    for place, title in enumerate(header):
        cells = _cells(rows, place)
        for pattern, target in ((_EMAIL, "email"), (_URL, "url"), (_PHONE, "phone")):
            if _share(pattern, cells) > 0.5:
                found[title] = target
                break
        else:
            if cells and not any(char.isdigit() for cell in cells for char in cell):
                texts.append((title, all(" " not in cell for cell in cells)))
    if len(texts) > 1 and texts[0][1] and texts[1][1]:
        found |= {texts[0][0]: "first_name", texts[1][0]: "last_name"}
    elif texts:
        found[texts[0][0]] = "full_name"
    return found


def _cells(rows: Sequence[Sequence[str]], place: int) -> list[str]:
    return [row[place].strip() for row in rows if place < len(row) and row[place].strip()]


def _share(pattern: re.Pattern[str], cells: list[str]) -> float:
    return sum(bool(pattern.match(cell)) for cell in cells) / len(cells) if cells else 0.0
