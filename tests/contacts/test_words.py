"""Words that sound alike are kept alike, whoever wrote them in which alphabet."""

from __future__ import annotations

import pytest

from apps.contacts.words import search_word


@pytest.mark.parametrize(
    "spellings",
    [
        ("Київ", "Kyiv", "Kiev", "kiiv"),
        ("Schröder", "Schroeder", "schroder"),
        ("Müller", "Mueller", "Muller"),
        ("Щербак", "Shcherbak"),
        ("Євген", "Yevhen", "Ievgen"),
        ("Данієл", "Daniel"),
        ("Сергій", "Serhii", "Sergiy", "Serhij"),
    ],
)
def test_spellings_of_one_word_are_one(spellings):
    assert len({search_word(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize("word", ["Schroeder", "Київ", "Daniel", "Mueller"])
def test_the_beginning_of_a_word_is_the_beginning_of_what_is_kept(word):
    kept = search_word(word)

    for length in range(2, len(word) + 1):
        assert kept.startswith(search_word(word[:length])), word[:length]
