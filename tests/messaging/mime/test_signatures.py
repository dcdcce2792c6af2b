"""What the lines under a mail tell of its writer."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.messaging.mime.signatures import Signature, read_signature


def test_signature_below_its_mark():
    text = (
        "Hello,\nsee you.\n\n-- \nAnn Smith\nSales Manager | Windows GmbH\nTel. +49 30 901820\n"
        "Mob: 0151 23456789\nwww.windows.example\nann@windows.example"
    )

    assert read_signature(text, region="DE") == Signature(
        name="Ann Smith",
        job_title="Sales Manager",
        organisation="Windows GmbH",
        phones=("+4930901820", "+4915123456789"),
        links=("www.windows.example",),
    )


@pytest.mark.parametrize(
    ("text", "region", "name", "title", "firm", "phone"),
    [
        ("Добрый день.\n\nС уважением, Иван Петров\nменеджер по закупкам\nООО \"Окна\"\nтел. 8 (495) 123-45-67", "RU",
         "Иван Петров", "менеджер по закупкам", 'ООО "Окна"', "+74951234567"),
        ("Вітаю!\n\nЗ повагою,\nОлена Коваль\nдиректор, ТОВ «Вікна»\n044 279 12 34", "UA",
         "Олена Коваль", "директор", "ТОВ «Вікна»", "+380442791234"),
        ("Hi\n\nBest regards,\nJohn van Dyke\nHead of Purchasing\nPhone: (212) 555-2368", "US",
         "John van Dyke", "Head of Purchasing", "", "+12125552368"),
        ("Hi\n\n-- \nOlena Koval\nBuyer\nVikna Plus\n+380 44 123 45 67", "UA",
         "Olena Koval", "Buyer", "Vikna Plus", "+380441234567"),
        ("Please call.\n\nAnn Smith\nWindows Ltd\n+44 20 7946 0958", "GB",
         "Ann Smith", "", "Windows Ltd", "+442079460958"),
    ],
)  # fmt: skip
def test_signatures_of_several_countries(text, region, name, title, firm, phone):
    found = read_signature(text, region=region)

    assert (found.name, found.job_title, found.organisation) == (name, title, firm)
    assert found.phones == (phone,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hi\nthere",
        "The offer 4711 is from 12.11.2026.\nIt has 3 positions.",
        "Yes.\n\nOn Mon, Apr 2, 2026 at 6:26 PM, Ann <ann@x.example> wrote:\n> -- \n> Ann Smith\n> +49 30 901820",
    ],
)
def test_mail_without_a_signature_tells_nothing(text):
    assert read_signature(text, region="DE") == Signature()


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read(text):
    read_signature(text, region="DE")
