"""Cards that hypothesis makes up, with every field that our own tables hold."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from apps.contacts.formats.records import (
    LINK_KINDS,
    PHONE_KINDS,
    UNIT_KINDS,
    Address,
    Card,
    Email,
    Job,
    PartialDate,
    Phone,
    Photo,
    Raw,
    Tie,
    UnitRecord,
    Url,
)  # fmt: skip

text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12) | st.sampled_from(
    [
        "=1+1",
        "+49 30 1",
        "-",
        "@x",
        "'=",
        "''+1",
        "a;b",
        '"',
        "\\",
        "\\'",
        "'; DROP TABLE entity; --",
        "\r\n",
        "\t",
        "[]",
    ]
)
filled = text.filter(bool)
day = st.dates(date(1800, 1, 1), date(2999, 12, 31))
maybe_day = st.none() | day
json_value = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | text,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(text, inner, max_size=2),
    max_leaves=4,
)
attributes = st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,7}", fullmatch=True), json_value, max_size=2)
partial_date = (
    st.builds(PartialDate.of, day)
    | st.builds(lambda d: PartialDate(None, d.month, d.day), day)
    | st.builds(lambda d: PartialDate(d.year), day)
    | st.builds(lambda d: PartialDate(d.year, d.month), day)
)
flag = st.booleans()
emails = st.builds(Email, filled, label=text, is_primary=flag, plain_text_only=flag, public_key=text)
phones = st.builds(Phone, filled, st.sampled_from(("", *PHONE_KINDS)), text, flag, text)
links = st.builds(Url, filled, st.sampled_from(LINK_KINDS), text, flag, username=text)
address = st.builds(Address, st.sampled_from(("", "home", "work")), *[text] * 9, is_primary=flag)
units = st.builds(
    UnitRecord, name=text, kind=st.sampled_from(UNIT_KINDS), address=address, parent_name=text, time_zone=text,
    geo=text,
    valid_from=maybe_day, valid_to=maybe_day, is_primary=flag, emails=st.lists(emails, max_size=2),
    phones=st.lists(phones, max_size=2), links=st.lists(links, max_size=2), attributes=attributes,
)  # fmt: skip
jobs = st.builds(
    Job, filled, st.lists(text, max_size=3), text, text, is_primary=flag, organisation_uid=text, valid_from=maybe_day,
    valid_to=maybe_day,
)  # fmt: skip
ties = st.builds(
    Tie, filled, other_uid=filled, other_name=text, name=text, description=text, valid_from=maybe_day,
    valid_to=maybe_day,
    role=text, side=st.sampled_from(("source", "target")), attributes=attributes, job_title=text, department=text,
    is_primary=flag,
)  # fmt: skip
raws = st.builds(Raw, filled, text, st.dictionaries(filled, st.lists(text, max_size=2), max_size=2), text)
photos = st.builds(Photo, st.binary(max_size=20), st.sampled_from(("image/png", "image/jpeg")), text)

SCALARS = (
    "uid", "full_name", "prefix", "first_name", "middle_name", "last_name", "suffix", "nickname", "name", "legal_name",
    "registration_number", "vat_number", "industry", "organisation_type", "notes", "language", "time_zone",
    "public_key",
    "owner_email",
)  # fmt: skip
cards = st.builds(
    Card, kind=st.sampled_from(("person", "organisation")), **dict.fromkeys(SCALARS, text), folder=text,
    jobs=st.lists(jobs, max_size=2), units=st.lists(units, max_size=2), birthday=st.none() | partial_date,
    anniversary=st.none() | partial_date, photo=st.none() | photos, categories=st.lists(filled, max_size=3,
    unique=True),
    attributes=attributes, ties=st.lists(ties, max_size=2), raw=st.lists(raws, max_size=2),
)  # fmt: skip


def numbered(found: list[Card]) -> list[Card]:
    """The cards as a reader gives them: each with its place in the file."""
    for index, card in enumerate(found, 1):
        card.index = index
    return found
