"""Every real vCard file that others publish as their test data gives what independent parsers agree on."""

from __future__ import annotations

import io

import pytest

from apps.contacts.formats import vcard
from apps.contacts.formats.records import Card, ReadOptions
from tests.contacts.formats.corpus import FOLDER, cases


def _trimmed(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _organisations(card: Card) -> list[str]:
    if card.kind == "organisation":
        primary = next(unit for unit in card.units if unit.is_primary)
        first = ";".join(filter(None, [card.name, *primary.name.split(" / ")]))
        return [first, *(raw.value for raw in card.raw if raw.name == "ORG")]
    return [";".join([job.organisation, *job.departments]) for job in card.jobs if job.organisation or job.departments]


def _joined(organisation: str) -> str:
    return ";".join(part.strip() for part in organisation.split(";") if part.strip())


def _check(card: Card, want: dict) -> None:
    if "fn" in want:
        assert card.full_name == _trimmed(want["fn"][0])
    assert card.last_name == _trimmed(want.get("family", card.last_name))
    assert card.first_name == _trimmed(want.get("given", card.first_name))
    if "emails" in want:
        assert [email.address for email in card.emails()] == [_trimmed(email) for email in want["emails"]]
    if "tels" in want:
        assert [phone.raw for phone in card.phones()] == [_trimmed(tel) for tel in want["tels"]]
    if "org" in want:
        assert [_joined(one) for one in _organisations(card)] == [_joined(one) for one in want["org"]]
    if "titles" in want:
        assert [job.title for job in card.jobs if job.title] == want["titles"]
    if "urls" in want:
        assert [link.url for link in card.links() if link.kind == "web"] == want["urls"]
    if "notes" in want:
        notes = [_trimmed(note).removesuffix("…(cut)") for note in want["notes"]]
        assert card.notes.startswith(notes[0])
        assert all(note in card.notes for note in notes)
    if "photos" in want:
        assert (card.photo is not None) + sum(raw.name == "PHOTO" for raw in card.raw) == want["photos"]
    if "adrs" in want:
        assert sum(not unit.address.is_empty() for unit in card.units) == want["adrs"]


def _read(path) -> list:
    with path.open("rb") as stream:
        return list(vcard.read(stream, ReadOptions()))


@pytest.mark.parametrize(("path", "expected"), cases("vcard/"))
def test_real_file_gives_what_independent_parsers_agree_on(path, expected):
    records = _read(path)

    cards = [record for record in records if isinstance(record, Card)]
    if "contacts" in expected:
        assert len(records) == len(cards) == expected["contacts"]
    if expected.get("emails") is not None:
        assert [email.address for card in cards for email in card.emails()] == expected["emails"]
    if expected.get("tels") is not None:
        assert [phone.raw for card in cards for phone in card.phones()] == expected["tels"]
    if expected.get("first_fn"):
        assert cards[0].full_name == expected["first_fn"]
    for card, want in zip(cards, expected.get("cards", []), strict="contacts" in expected):
        _check(card, want)


@pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the folder of real files is not at {FOLDER}")
def test_card_with_cards_inside_it_is_kept_and_they_come_in_too():
    cards = _read(FOLDER / "vcard/android/v21_nest.vcf")

    assert sorted(card.last_name for card in cards) == ["nest1", "nest2", "parent"]
    assert [phone.raw for card in cards if card.last_name == "parent" for phone in card.phones()] == ["1"]


@pytest.mark.parametrize("version", vcard.VERSIONS)
@pytest.mark.parametrize(("path", "expected"), cases("vcard/"))
def test_real_file_is_the_same_after_export_and_import(path, expected, version):
    cards = _read(path)

    again = list(vcard.read(io.BytesIO(b"".join(vcard.write(cards, version=version))), ReadOptions()))

    for before, after in zip(cards, again, strict=True):
        assert isinstance(before, Card) and isinstance(after, Card)  # noqa: PT018
        _leave_out_embedded_extras(before)
        _leave_out_embedded_extras(after)
        assert after == before


def _leave_out_embedded_extras(card: Card) -> None:
    """A second picture or a sound changes its form between the versions."""
    card.raw = [raw for raw in card.raw if "ENCODING" not in raw.params and not raw.value.startswith("data:")]
