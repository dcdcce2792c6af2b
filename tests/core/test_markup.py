"""Pieces of HTML that are built without a template: what people typed stays text."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, override
from hypothesis import given
from hypothesis import strategies as st

from apps.core import markup

EVIL = """<script>alert("1")</script>'&"""
QUIET = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#x27;&amp;"


@given(st.text(), st.integers(), st.text())
def test_filling_a_shape_gives_what_django_gives(first, number, second):
    shape = '<a title="{}" data-n="{}">{}</a>'

    filled = markup.fill(shape, first, number, markup.fill("<b>{}</b>", second))

    assert filled == format_html(shape, first, number, format_html("<b>{}</b>", second))
    assert isinstance(filled, SafeString)


def test_a_text_to_be_translated_is_escaped_in_the_readers_language():
    with override("uk"):
        assert markup.quoted(gettext_lazy("Contacts")) == "Контакти"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Wants oak", "<p>Wants oak</p>"),
        (EVIL, f"<p>{QUIET}</p>"),
        ("One\nTwo\r\n\r\nThree", "<p>One<br>Two</p>\n\n<p>Three</p>"),
        (f"{EVIL}\nx", f"<p>{QUIET}<br>x</p>"),
        ("See example.com", '<p>See <a href="http://example.com" rel="nofollow">example.com</a></p>'),
        ("ask a@b.example", '<p>ask <a href="mailto:a@b.example">a@b.example</a></p>'),
    ],
)
def test_what_a_person_wrote_keeps_its_lines_and_stays_text(written, shown):
    assert markup.prose(written).replace("https://", "http://") == shown


def test_an_address_within_evil_leads_there_and_nothing_else_is_taken_for_html():
    shown = markup.prose(f"{EVIL} https://example.com/?a=1&b=2")

    assert "<script" not in shown
    assert 'href="https://example.com/?a=1&amp;b=2"' in shown


@pytest.mark.parametrize("key", [1, 42, 9_007_199_254_740_993])
def test_the_address_of_a_record_is_the_one_that_django_gives(key):
    assert markup.record_url("contacts:entity", key) == reverse("contacts:entity", args=[key])


def test_the_label_of_an_icon_stays_text():
    assert f'aria-label="{QUIET}"' in markup.icon("phone", label=EVIL)
