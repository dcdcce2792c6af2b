"""The contacts behind Ctrl-K: names, firms, addresses by their beginnings, numbers by any part; then typos.

Every question is a few index ranges within the folders that the asker sees (DECISIONS 6).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection
from psycopg2 import sql

from apps.accounts.preferences import country_of, preferences_of
from apps.contacts.models import Entity
from apps.contacts.models.rights import rights_of
from apps.contacts.words import parse_phone, search_words
from apps.core.text import digits

if TYPE_CHECKING:
    from apps.accounts.models import User

FROM_LETTERS = 2
GUESS_FROM_LETTERS = 4
_MOST_WORDS = 6
_OVER = 3  # candidates per hit, since some are hidden by a category or match twice
_CANDIDATES = 1000  # looked at where every word is a common one
_LAST_RANK = 6
_RANKS = list(range(1, _LAST_RANK + 1))
_MOST_MEANT = 6
_MOST_GUESSES = 8
_LETTERS = "abcdefhiklmnopqrstuvxz"  # those that search_word leaves
_HIGHEST = "\U0010ffff"
_PART_FROM_DIGITS = 3
_WHOLE_FROM_DIGITS = 9
_ENDS = sql.SQL("digits_reversed ~>=~ %s AND digits_reversed ~<~ %s")
_CONTAINS = sql.SQL("digits LIKE %s")
_BEGINS = sql.SQL("e164 >= %s AND e164 < %s")
# One look at a candidate's own few tokens. As an EXISTS it would be joined: with all that bear a common word.
_BEARS = sql.SQL(
    "(SELECT true FROM contacts_searchtoken AS o WHERE o.entity_id = c.entity_id AND o.token >= %s AND o.token < %s"
    " LIMIT 1)"
)
_SHOWN = ("pk", "kind", "display_name", "sort_name", "organisation", "job_title", "city", "photo_id")
_COPIES = ("primary_email", "primary_phone")


def find_contacts(user: User, text: str, limit: int = 8) -> list[Entity]:
    """The contacts that bear every word of `text` as a beginning, or its digits in a number; the likeliest first."""
    text = text.strip()[:200]
    folders = sorted(rights_of(user).view)
    if len(text) < FROM_LETTERS or not folders:
        return []
    if _is_number(text):
        return _visible(user, _by_number(user, text, folders, limit), limit)
    prefixes = _prefixes(text)
    if not prefixes:
        return []
    found = _ranked(" ".join(prefixes), folders, limit)
    if not found and "." in text:
        found = _ranked(text.lower(), folders, limit)  # a domain
    if len(prefixes) > 1 and len(set(found)) < limit:
        found += _together(prefixes, folders, limit)
    return _visible(user, found, limit)


def guess_contacts(user: User, text: str, limit: int = 8) -> list[Entity]:
    """The contacts that bear what `text` may have meant: each long word with one letter wrong, missing or too many."""
    words = search_words(text[:200])[:_MOST_WORDS]
    folders = sorted(rights_of(user).view)
    if not folders or _is_number(text) or not any(len(word) >= GUESS_FROM_LETTERS for word in words):
        return []
    meant = [meant_by(word) if len(word) >= GUESS_FROM_LETTERS else [word] for word in words]
    found: list[int] = []
    for guess in itertools.islice(_likeliest(meant), _MOST_GUESSES):
        if guess == tuple(words):
            continue  # that was the first answer
        found += _ranked(" ".join(guess), folders, limit)
        if len(guess) > 1 and len(set(found)) < limit:
            found += _together(guess, folders, limit)
        if len(set(found)) >= limit:
            break
    return _visible(user, found, limit)


def meant_by(word: str) -> list[str]:
    """Words that contacts bear, one typing mistake away from `word` or from the beginning of it; itself first."""
    edits = list(edits_of(word))
    rows = _rows(
        "SELECT e.edit = w.word, e.edit, w.word FROM unnest(%s::text[]) AS e(edit) CROSS JOIN LATERAL"
        " (SELECT word FROM contacts_searchword WHERE word >= e.edit AND word < e.edit || %s"
        "  ORDER BY word LIMIT 1) AS w",
        [[word, *edits], _HIGHEST],
    )
    whole = [edit for is_whole, edit, _word in rows if is_whole]
    begun = [edit for is_whole, edit, _word in rows if not is_whole and len(edit) >= len(word)]
    return list(dict.fromkeys([*(edit for edit in (*whole, *begun) if edit == word), *whole, *begun]))[:_MOST_MEANT]


def edits_of(word: str) -> Iterator[str]:
    """All texts that one slip makes of `word`: two letters swapped, one left out, one wrong, one too many."""
    halves = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    for head, tail in halves:
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        if tail:
            yield head + tail[1:]
        for letter in _LETTERS:
            if tail:
                yield head + letter + tail[1:]
            yield head + letter + tail


def _likeliest(meant: Sequence[Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """All ways to read the words, those with the fewest doubts first."""
    places = itertools.product(*(range(len(options)) for options in meant))
    for chosen in sorted(places, key=sum):
        yield tuple(options[place] for options, place in zip(meant, chosen, strict=True))


def _is_number(text: str) -> bool:
    return len(digits(text)) >= FROM_LETTERS and not any(sign.isalpha() or sign == "@" for sign in text)


def _prefixes(text: str) -> list[str]:
    """The beginnings to look for: an address as typed, anything else word by word as search keeps it."""
    found: list[str] = []
    for piece in text.split():
        found += [piece.lower().lstrip("@")] if "@" in piece else search_words(piece)
    return [prefix for prefix in found if prefix][:_MOST_WORDS]


def _ranked(prefix: str, folders: Sequence[int], limit: int) -> list[int]:
    """Ids whose tokens begin with `prefix`, by rank, then alphabetically: one short index range per folder and rank."""
    found: list[int] = []
    for ranks in (_RANKS[:2], _RANKS[2:]):
        rows = _rows(
            "SELECT t.entity_id FROM unnest(%s::bigint[]) AS f(id) CROSS JOIN unnest(%s::smallint[]) AS r(rank)"
            " CROSS JOIN LATERAL (SELECT entity_id, token FROM contacts_searchtoken"
            "   WHERE folder_id = f.id AND rank = r.rank AND token >= %s AND token < %s"
            "   ORDER BY token LIMIT %s) AS t ORDER BY r.rank, t.token LIMIT %s",
            [list(folders), ranks, prefix, prefix + _HIGHEST, limit * _OVER, limit * _OVER],
        )
        found += [pk for (pk,) in rows]
        if len(set(found)) >= limit:
            break
    return found


def _together(prefixes: Sequence[str], folders: Sequence[int], limit: int) -> list[int]:
    """Ids that bear all beginnings: those of the rarest one looked through for the others.

    Where each is a common one, names that bear all come first, since only some of the rarest's are looked through.
    """
    counted = _counted(prefixes, folders)
    found = [] if counted[0][0] < _CANDIDATES else _within_names(prefixes, folders, limit)
    if len(set(found)) < limit:
        found += _among_rarest([prefix for _number, prefix in counted], folders, limit)
    return found


def _counted(prefixes: Sequence[str], folders: Sequence[int]) -> list[tuple[int, str]]:
    """How many tokens begin so, up to `_CANDIDATES`, the rarest first, the longer ones before others as rare."""
    rows = _rows(
        "SELECT n.number, p.prefix FROM unnest(%s::text[]) AS p(prefix) CROSS JOIN LATERAL"
        " (SELECT count(*) AS number FROM (SELECT FROM contacts_searchtoken WHERE folder_id = ANY(%s)"
        "   AND rank = ANY(%s::smallint[]) AND token >= p.prefix AND token < p.prefix || %s LIMIT %s) AS t) AS n",
        [list(dict.fromkeys(prefixes)), list(folders), _RANKS, _HIGHEST, _CANDIDATES],
    )
    return sorted(rows, key=lambda row: (row[0], -len(row[1]), row[1]))


def _within_names(prefixes: Sequence[str], folders: Sequence[int], limit: int) -> list[int]:
    """Ids with all beginnings in one name, which is one range of names."""
    head, *others = prefixes
    rows = _rows(
        "SELECT entity_id FROM contacts_searchtoken WHERE folder_id = ANY(%s) AND rank = 1 AND token >= %s"
        " AND token < %s AND token LIKE ALL(%s) LIMIT %s",
        [list(folders), head, head + _HIGHEST, [f"% {_escaped(other)}%" for other in others], limit * _OVER],
    )
    return [pk for (pk,) in rows]


def _among_rarest(prefixes: Sequence[str], folders: Sequence[int], limit: int) -> list[int]:
    """Ids that bear all beginnings in any order, `prefixes` beginning with the rarest; names before other words."""
    rarest, *others = prefixes
    statement = sql.SQL(
        "WITH c AS MATERIALIZED (SELECT entity_id, rank FROM contacts_searchtoken WHERE folder_id = ANY(%s)"
        " AND rank = ANY(%s::smallint[]) AND token >= %s AND token < %s LIMIT %s)"
        " SELECT c.entity_id FROM c WHERE {all} ORDER BY c.rank LIMIT %s"
    ).format(all=sql.SQL(" AND ").join([_BEARS] * len(others)) if others else sql.SQL("true"))
    parameters: list[Any] = [list(folders), _RANKS, rarest, rarest + _HIGHEST, _CANDIDATES]
    for other in others:
        parameters += [other, other + _HIGHEST]
    return [pk for (pk,) in _rows(statement, [*parameters, limit * _OVER])]


def _by_number(user: User, text: str, folders: Sequence[int], limit: int) -> list[int]:
    """Ids with a number that ends with these digits, or begins so, or has them anywhere, as people write it here.

    Whoever typed a whole number and found it meant that: to look for it within longer ones takes long.
    """
    typed = digits(text)
    whole = parse_phone(text, country_of(preferences_of(user))).digits
    found: list[int] = []
    for ending in dict.fromkeys((typed, whole)):
        found += _numbers(_ENDS, [ending[::-1], ending[::-1] + _HIGHEST], folders, limit)
    for beginning in dict.fromkeys((typed, whole)):
        if len(set(found)) < limit and len(beginning) >= _PART_FROM_DIGITS:
            found += _numbers(_BEGINS, [f"+{beginning}", f"+{beginning}{_HIGHEST}"], folders, limit)
    if len(typed) >= _WHOLE_FROM_DIGITS and (found or _is_somebodys(whole)):
        return found
    for part in dict.fromkeys((typed, typed.lstrip("0"))):
        if len(set(found)) < limit and len(part) >= _PART_FROM_DIGITS:
            found += _numbers(_CONTAINS, [f"%{part}%"], folders, limit)
    return found


def _is_somebodys(number: str) -> bool:
    return bool(_rows("SELECT FROM contacts_phonenumber WHERE e164 = %s LIMIT 1", [f"+{number}"]))


def _numbers(condition: sql.SQL, values: list[str], folders: Sequence[int], limit: int) -> list[int]:
    statement = sql.SQL(
        "WITH c AS MATERIALIZED (SELECT entity_id FROM contacts_phonenumber WHERE {condition} LIMIT %s)"
        " SELECT e.id FROM c JOIN contacts_entity AS e ON e.id = c.entity_id"
        " WHERE e.folder_id = ANY(%s) AND e.trashed_at IS NULL AND e.merged_into_id IS NULL LIMIT %s"
    ).format(condition=condition)
    return [pk for (pk,) in _rows(statement, [*values, _CANDIDATES, list(folders), limit * _OVER])]


def _visible(user: User, ids: Sequence[int], limit: int) -> list[Entity]:
    """These contacts in the given order, as far as the user sees them."""
    order = {pk: place for place, pk in reversed(list(enumerate(ids)))}
    rows = Entity.objects.visible_to(user).live().filter(pk__in=order).only(*_SHOWN, *_COPIES)
    return sorted(rows, key=lambda entity: order[entity.pk])[:limit]


def _rows(statement: str | sql.Composable, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
