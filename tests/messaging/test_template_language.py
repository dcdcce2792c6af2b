"""The language of templates: what it fills in, what it calls a gap, and that nothing gets out of it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils import timezone
from django.utils.safestring import mark_safe
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.messaging.services.template_language import Rendered, TemplateProblem, check, has_gap, render

SECRET = "wombat-4711"


@dataclass(frozen=True)
class Words:
    subject: str = ""
    body: str = ""


class Trap:
    """What a template must never reach into."""

    secret = SECRET

    def __call__(self):
        raise AssertionError("A template called something.")


def filled(body: str, *, subject: str = "", language: str = "en", **context) -> Rendered:
    return render(Words(subject, body), context, language=language)


def test_values_are_escaped_in_a_body_and_plain_in_a_subject():
    found = filled("<p>{{ name }}</p>", subject="To {{ name }}", name="<b>Anna & Co</b>")

    assert found.body_html == "<p>&lt;b&gt;Anna &amp; Co&lt;/b&gt;</p>"
    assert found.subject == "To <b>Anna & Co</b>"


def test_html_that_is_safe_on_our_pages_is_text_in_a_mail():
    assert filled("{{ name }}", name=mark_safe("<script>x</script>")).body_html == "&lt;script&gt;x&lt;/script&gt;"


def test_a_subject_stays_one_line():
    assert (
        filled("", subject="Hello {{ name }}", name="x\r\nBcc: spy@example.com").subject
        == "Hello x Bcc: spy@example.com"
    )


def test_what_is_not_known_is_a_visible_gap_and_is_listed_once():
    found = filled("{{ contact.city }} {{ contact.city }} {{ contact.zip | upcase }}", contact={"zip": None})

    assert found.missing == ["contact.city", "contact.zip"]
    assert found.body_html == "⟦contact.city⟧ ⟦contact.city⟧ ⟦CONTACT.ZIP⟧"
    assert has_gap(found.body_html)


def test_an_author_may_say_what_stands_there_instead():
    found = filled("{{ city | default: 'your town' }}{% if phone %} {{ phone }}{% endif %}")

    assert (found.body_html, found.missing) == ("your town", [])


def test_a_customer_cannot_fake_a_gap():
    assert not has_gap(filled("{{ name }}", name="⟦x⟧").body_html)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "28 November 2026, €1,234.50, 15:00"),
        ("uk", "28 листопада 2026\u202fр., 1\xa0234,50\xa0EUR, 15:00"),
        ("xx", "28 November 2026, €1,234.50, 15:00"),
    ],
)
def test_days_and_amounts_follow_the_recipients_language(language, expected):
    subject = "{{ day | date }}, {{ total | money: 'EUR' }}, {{ day | date: 'time' }}"
    day = datetime(2026, 11, 28, 13, 0, tzinfo=UTC)  # in Kyiv two hours later

    with timezone.override("Europe/Kyiv"):
        found = filled("", subject=subject, day=day, total=Decimal("1234.5"), language=language)

    assert found.subject == expected


def test_days_of_another_modules_call_are_read_from_text():
    assert filled("{{ day | date }}", day="2026-11-28").body_html == "28 November 2026"
    assert filled("{{ day | date }}", day="soon").body_html == "soon"


def test_an_editors_marks_and_escapes_inside_a_variable_do_no_harm():
    body = (
        "<p>{{ <b>contact</b>.name }}{% if total &gt; 3 and contact.name == &quot;Anna&quot; %}&nbsp;yes{% endif %}</p>"
    )

    assert filled(body, contact={"name": "Anna"}, total=4).body_html == "<p>Anna&nbsp;yes</p>"


def test_an_address_that_would_run_something_leads_nowhere():
    found = filled('<a href="{{ link }}">x</a><img src="x" onerror="alert(1)">', link="javascript:alert(1)")

    assert found.body_html == "<a>x</a>"


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("\n\n{{ x | foo }}", 3, "There is no “foo” after the bar."),
        ("a\n{% if x %}\n{% if y %}{% endif %}", 2, "“endif” is missing."),
        ("a\n{% include 'x' %}", 2, "“include” is not known, or not in this place."),
        ("{{ x }}\n\n{{ x", 3, "“{{” is not closed."),
        ("{{ x }}\n{{ }}\n{{ x }}", 2, "This can't be read: {{ }}"),
        (
            "{% if x %}\n{% if a == %}{% endif %}{% endif %}",
            2,
            "This can't be read: {% if a == %}{% endif %}{% endif %}",
        ),
    ],
)
def test_a_mistake_is_told_by_line_and_words(source, line, words):
    [problem] = check(Words(body=source))

    assert (problem.part, problem.line, problem.words) == ("body", line, words)


@pytest.mark.parametrize(
    "source",
    [
        "{% for i in (1..100000000) %}{% endfor %}",
        "{% for i in (1..3000) %}{% for j in (1..3000) %}{{ '' }}{% endfor %}{% endfor %}",
        "{% for i in (1..900) %}{% for j in (1..900) %}{% if 1 == 2 %}{% endif %}{% endfor %}{% endfor %}",
        "{{" * 20_000,
        "{{ x }}" * 5_000,
        "{{" + " " * 40_000 + "}}",
        "{% raw %}" * 5_000,
        "x" * 60_000,
        "{% if x %}" * 40,
        "{{ " + "a[" * 200 + "]" * 200 + " }}",
    ],
)
def test_what_would_take_too_long_is_refused_at_once(source):
    began = time.perf_counter()

    with pytest.raises(TemplateProblem):
        filled(source)

    assert time.perf_counter() - began < 2


def test_a_list_joined_to_itself_does_not_grow_without_end():
    with pytest.raises(TemplateProblem):
        filled("{% assign a = list | join: 'x' %}" + "{% assign a = list | join: a %}" * 20, list=["abc"] * 50)


@pytest.mark.parametrize(
    "path",
    [
        "__class__",
        "items",
        "keys",
        "__init__.__globals__",
        "name.upper",
        "name.__class__",
        "name.format",
        "list.append",
    ],
)
def test_no_attribute_or_method_is_reached(path):
    found = filled(f"{{{{ contact.{path} }}}}", contact={"name": "Anna", "list": ["a"]})

    assert found.missing == [f"contact.{path}"]
    assert found.body_html == f"⟦contact.{path}⟧"


def test_nothing_but_plain_values_gets_in():
    with pytest.raises(TypeError):
        filled("{{ trap }}", trap=Trap())


_PIECES = st.sampled_from(
    [
        *("{{", "}}", "{%", "%}", "{%-", "-%}", "|", ":", ",", ".", "[", "]", "(", ")", "..", "'", '"', "\n", " ", "-"),
        *("if", "endif", "for", "endfor", "in", "assign", "case", "when", "endcase", "unless", "else", "elsif", "raw"),
        *("contact", "name", "list", "first", "last", "size", "__class__", "mro", "()", "==", "contains", "and", "="),
        *("include", "render", "liquid", "echo", "capture", "comment", "endcomment", "forloop", "now", "0", "9" * 30),
        *("default", "date", "money", "join", "truncate", "escape", "upcase", "newline_to_br", "number", "map", "safe"),
        *("<b>", "&lt;", "<script>", "javascript:", "\u2028", "\x00", "⟦", "é"),
    ]
)
_ENDS = st.sampled_from([("{{", "}}"), ("{%", "%}")])
_TAGS = st.builds(lambda words, ends: f"{ends[0]} {' '.join(words)} {ends[1]}", st.lists(_PIECES, max_size=7), _ENDS)
_SOURCES = st.lists(st.one_of(_PIECES, _TAGS, st.text(max_size=5)), max_size=12).map("".join)


@given(_SOURCES, st.sampled_from(["en", "uk", "", "zz-ZZ"]))
@settings(max_examples=400, deadline=2000)
def test_whatever_an_author_writes_ends_in_words_or_in_a_named_problem(source, language):
    context = {"contact": {"name": "Anna", "list": ["a", 1, Decimal("2.5")]}, "name": "x", "list": [{"name": "y"}]}

    try:
        found = filled(source, subject=source, language=language, **context)
    except TemplateProblem:
        found = Rendered("", "", [])

    assert "\n" not in found.subject
    assert "<script" not in found.body_html
    assert not any(word in found.body_html + found.subject for word in ("<class", "built-in", "object at 0x"))
    assert all(problem.line >= 1 and problem.words for problem in check(Words(source, source)))
