from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.text import digits, fold, sort_key, spellings, transliterate, words

# Names in the scripts we meet, and any text at all.
names = st.text(st.characters(min_codepoint=32, max_codepoint=0x4FF), max_size=40) | st.text(max_size=40)


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("Київ", ["kyiv", "kiev", "київ", "КИЇВ"]),
        ("Киев", ["kiev"]),
        ("Харків", ["kharkiv", "kharkov"]),
        ("Щербак", ["shcherbak", "щербак"]),
        ("Гоголь", ["hohol", "gogol"]),
        ("Мар’яна", ["маряна", "mariana"]),
        ("O'Brien", ["obrien"]),
        ("Łódź", ["lodz"]),
        ("Müller-Weiß", ["muller", "weiss"]),
        ("北京", ["beijing", "北京"]),
    ],
)
def test_a_name_is_found_by_what_people_type(stored, typed):
    index = words(stored)

    for text in typed:
        assert set(spellings(text)) & set(index), (text, index)


def test_ukrainian_is_written_in_latin_letters_by_its_official_rules():
    assert transliterate("Юрій Згурський, Єнакієве, м. Щастя") == "Yurii Zghurskyi, Yenakiieve, m. Shchastia"
    assert transliterate("ЩЕРБАК") == "SHCHERBAK"
    assert transliterate("Эдуард Рыжий") == "Eduard Ryzhiy"


def test_lists_are_sorted_as_the_ukrainian_alphabet_goes():
    alphabet = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя"
    assert sorted(alphabet, key=lambda letter: sort_key(letter).encode()) == list(alphabet)
    assert sorted(["Ігор", "Яна", "Їжак", "Ирина", "«Анна»", "Zoe"], key=sort_key) == [
        *("Zoe", "«Анна»", "Ирина", "Ігор", "Їжак", "Яна")
    ]


@given(names)
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(names)
def test_case_and_doubled_spaces_make_no_difference(text):
    assert fold(f"  {text} ") == fold(text)
    assert fold(text.casefold()) == fold(text)


@given(names)
def test_words_are_folded_and_each_has_a_spelling_in_ascii_or_its_own(text):
    for word in words(text):
        assert word == fold(word)
        assert word
        assert " " not in word


@given(names)
def test_transliteration_is_ascii_and_leaves_ascii_alone(text):
    assert transliterate(text).isascii()
    if text.isascii():
        assert transliterate(text) == text


@given(names)
def test_sort_keys_are_short_enough_for_an_index(text):
    assert len(sort_key(text * 20)) <= 200


@given(st.text(max_size=40))
def test_digits_are_ascii_digits(text):
    found = digits(text)
    assert found == "" or (found.isascii() and found.isdecimal())


def test_digits_of_any_script_count():
    assert digits("+380 (44) ٣٤-५") == "38044345"


@given(st.lists(st.text(max_size=20) | st.text(alphabet="аіїґєЇ'`’\u0301\u00a8Σςσb. -ÄßЙ", max_size=8), max_size=3))
def test_a_sort_key_of_several_names_is_that_of_their_line(names):
    assert sort_key(*names) == sort_key(" ".join(name for name in names if name))
