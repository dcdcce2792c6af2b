"""Encodings that nobody named, guessed from the bytes."""

from __future__ import annotations

import io

import pytest

from apps.contacts.formats.text import (
    guess_encoding,
    known_encoding,
    looks_binary,
    open_text,
    peek,
)

SAMPLES = {
    "cp1251": "Иванов;Иван;Москва\nПетренко;Анна;Київ\n",
    "koi8_r": "Иванов;Иван;Москва\nПетрова;Анна;Киев\n",
    "cp866": "Иванов;Иван;Москва, ул. Ленина\nПетрова;Анна;Киев\n",
    "cp1252": "Müller;Jürgen;Köln\nGraßl;Zoë\nMuñoz;José",
    "cp1250": "Łukasz;Wałęsa;Gdańsk\nDvořák;Antonín;Plzeň",
    "cp932": "安藤;ロイド;東京都渋谷区\n",
    "euc_jp": "安藤;ロイド;東京都渋谷区\n",
    "iso2022_jp": "安藤;ロイド",
    "gb18030": "王;小明;北京市朝阳区\n李;娜;上海",
    "cp949": "김;철수;서울특별시 강남구",
    "big5": "陳;大文;臺北市信義區",
    "cp1253": "Παπαδόπουλος;Γιώργος;Αθήνα",
    "cp1255": "כהן;דוד;תל אביב",
    "cp1256": "محمد;علي;القاهرة",
    "utf-8": "Müller;Жук;安藤",
    "utf-8-sig": "Müller",
    "utf-16": "Müller;Жук",
    "utf-16-le": "Müller;Jürgen",
    "utf-16-be": "Müller;Jürgen",
}


@pytest.mark.parametrize(("encoding", "text"), SAMPLES.items(), ids=list(SAMPLES))
def test_encoding_is_guessed_so_that_the_text_comes_out_right(encoding, text):
    data = text.encode(encoding)

    assert data.decode(guess_encoding(data)) == text
    assert open_text(io.BytesIO(data)).read() == text


def test_capital_letters_and_single_accents_are_told_apart():
    assert guess_encoding("ИВАНОВ ИВАН".encode("cp1251")) == "cp1251"
    assert guess_encoding("Élan".encode("cp1252")) == "cp1252"
    assert guess_encoding(b"plain") == "utf-8"
    assert guess_encoding(b"") == "utf-8"


def test_character_cut_at_the_end_of_a_sample_does_not_change_the_guess():
    sample = ("Ж" * 4000).encode()[:-1]

    assert guess_encoding(sample) == "utf-8"


def test_chosen_encoding_wins_and_an_unknown_one_is_guessed():
    data = "Müller".encode("cp1252")

    assert open_text(io.BytesIO(data), "cp1251").read() == "Mьller"
    assert open_text(io.BytesIO(data), "klingon").read() == "Müller"
    assert not known_encoding("base64")


def test_pictures_and_archives_are_no_text():
    assert looks_binary(b"\x89PNG\r\n\x1a\n")
    assert looks_binary(bytes(range(256)) * 4)
    assert not looks_binary("name;Müller\r\n".encode("utf-16"))
    assert not looks_binary(b"name\x00;Ann\r\n" * 3)


def test_stream_that_cannot_seek_is_peeked_without_loss():
    class Pipe(io.RawIOBase):
        def __init__(self):
            self.parts = [b"ab", b"c", b"def"]

        def readable(self):
            return True

        def read(self, size=-1):
            return self.parts.pop(0) if self.parts else b""

    sample, whole = peek(Pipe(), 4)  # type: ignore[arg-type]

    assert sample[:4] == b"abcd"
    assert whole.read() == b"abcdef"
