"""Strangers' HTML: what is shown, and what never comes through."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.messaging.mime.html import safe_html
from apps.messaging.mime.html_text import html_to_text, text_to_html


def own_picture(content_id: str) -> str | None:
    return f"/mail/pictures/{content_id}" if content_id == "logo@x" else None


def shown(html: str, *, allow_remote: bool = False) -> str:
    return safe_html(html, picture=own_picture, allow_remote=allow_remote).html


def test_what_a_mail_needs_stays():
    cell = '<td style="color:red;padding:4px" colspan="2"><b>Offer</b></td>'
    html = f'<table width="600"><tbody><tr>{cell}</tr></tbody></table>'

    assert shown(html) == html


@pytest.mark.parametrize(
    ("hostile", "left"),
    [
        ("<script>alert(1)</script>hi", "hi"),
        ("<style>@import 'http://e.example'</style>hi", "hi"),
        ('<b onclick="x()">hi</b>', "<b>hi</b>"),
        ("<form action='http://e.example'>hi<input name=a></form>", "hi"),
        ("<svg><a href='javascript:x'>y</a></svg>hi", "hi"),
        ("<iframe src='http://e.example'></iframe><object data=x></object>hi", "hi"),
        ("<base href='http://e.example'><meta http-equiv=refresh content='0'><link rel=stylesheet href=x>hi", "hi"),
        ("<p style='background:url(http://e.example/a)'>hi</p>", "<p>hi</p>"),
        ("<p style='background:u\\72l(http://e.example/a)'>hi</p>", "<p>hi</p>"),
        ("<p style='position:fixed;top:0;color:red'>hi</p>", '<p style="color:red">hi</p>'),
        ("<p style='width:expression(alert(1))'>hi</p>", "<p>hi</p>"),
        ("<p style='margin-left:-9999px'>hi</p>", "<p>hi</p>"),
        ("<p style='font-family:\"</style><script>\"'>hi</p>", "<p>hi</p>"),
        ("<td background='http://e.example/a'>hi</td>", "hi"),
    ],
)
def test_what_could_act_or_load_goes(hostile, left):
    assert shown(hostile) == left


@pytest.mark.parametrize(
    ("href", "host"),
    [
        ("https://good.example/a", "good.example"),
        ("https://good.example@evil.example/", "evil.example"),
        ("https://good.example\\@evil.example/", "good.example"),
        ("https:evil.example", "evil.example"),
        ("https://EVIL.example:443/", "evil.example"),
        ("https://пример.рф/", "xn--e1afmkfd.xn--p1ai"),
    ],
)
def test_link_bears_the_host_a_browser_would_ask(href, host):
    link = shown(f'<a href="{href}" title="good.example">good.example</a>')

    assert f'data-host="{host}"' in link
    assert f'title="{host}"' in link
    assert 'rel="noopener noreferrer nofollow"' in link
    assert 'target="_blank"' in link


@pytest.mark.parametrize(
    "href",
    ["javascript:x()", "java\tscript:x()", " JAVASCRIPT:x()", "data:text/html,x", "vbscript:x", "//e.example", "cid:a"],
)
def test_link_of_another_scheme_leads_nowhere(href):
    assert "href" not in shown(f'<a href="{href}">x</a>')


def test_pictures_of_the_mail_are_ours_and_remote_ones_are_counted():
    html = (
        '<img src="cid:logo@x" alt="Logo"><img src="cid:lost"><img src="http://e.example/pixel.gif">'
        '<img src="data:image/svg+xml;base64,AAAA"><img src="data:image/png;base64,AAAA">'
    )

    safe = safe_html(html, picture=own_picture, allow_remote=False)

    assert safe.remote_blocked == 1
    assert safe.html == (
        '<img src="/mail/pictures/logo@x" alt="Logo"><img data-blocked><img data-blocked><img data-blocked>'
        '<img src="data:image/png;base64,AAAA">'
    )
    assert "http://e.example/pixel.gif" in shown(html, allow_remote=True)


HEAVY = {
    "deep": "<div>" * 100_000,
    "tables": "<table><tr><td>" * 20_000,
    "formats": "".join(f"<font color=#{i:06}>" for i in range(3000)) + "<p>x" * 3000,
    "ampersands": "&" * 1_000_000,
    "brackets": "<" * 500_000,
    "attributes": "<p " + "a=b " * 100_000 + ">",
    "styles": '<p style="' + "color:red;" * 100_000 + '">',
    "comments": "<!--" * 100_000,
}


@pytest.mark.parametrize("html", HEAVY.values(), ids=HEAVY.keys())
def test_heavy_html_takes_bounded_time(html):
    started = time.process_time()

    shown(html)
    html_to_text(html)

    assert time.process_time() - started < 10


class Found(HTMLParser):
    """What another parser sees in our output."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


PIECES = st.sampled_from([
    "<script>", "</script>", "<img src=", "<img src='cid:logo@x'", " onerror=x ", "http://e.example/a", "'",
    '"', ">", "<a href=", "javascript:x", "<p style='", "background:url(http://e.example)", "position:fixed;",
    "<svg>", "<math><mtext>", "<style>", "</style>", "<!--", "-->", "<![CDATA[", "]]>", "<table>",
    "<td background=http://e.example>", "<form>", "<input>", "&lt;", "<noscript>", "</p>", "<title>",
    "<textarea>", "data:image/svg+xml;base64,AAAA", "<template>", "//e.example/b", "x", "\x00",
    "<img src='http://e.example/c.png' srcset='http://e.example/d 2x'>", "<a href='https://e.example'>",
    "<mglyph>",
])  # fmt: skip
SAFE_ATTRIBUTE = re.compile(r"(?!on)[a-z-]+\Z")


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES | st.text(max_size=8), max_size=20).map("".join))
def test_no_output_runs_or_loads_anything(html):
    found = Found()
    found.feed(shown(html))

    for tag, attributes in found.tags:
        assert tag not in {
            "script",
            "style",
            "svg",
            "math",
            "iframe",
            "form",
            "input",
            "base",
            "meta",
            "link",
            "object",
        }
        assert all(SAFE_ATTRIBUTE.match(name) for name in attributes)
        assert not {"srcset", "background", "action", "formaction", "poster"} & attributes.keys()
        source = attributes.get("src") or "/mail/pictures/"
        assert source.startswith(("/mail/pictures/", "data:image/png", "data:image/jpeg", "data:image/gif"))
        assert "url" not in (attributes.get("style") or "")
        assert (attributes.get("href") or "https:").strip().lower().startswith(("http:", "https:", "mailto:", "tel:"))
    html_to_text(html)


def test_html_reads_as_text():
    html = (
        "<style>p{}</style><p>Hello&nbsp;Bob,</p><ul><li>one<li>two</ul>a<br>b<blockquote>said<br>before</blockquote>"
    )

    assert html_to_text(html) == "Hello Bob,\n\n- one\n- two\n\na\nb\n\n> said\n> before"


def test_plain_mail_becomes_html_with_links_and_quotes():
    html = text_to_html("Hi <b>\nsee https://x.example/a.\n> you said\n>> I said\nbye").html

    assert "Hi &lt;b&gt;<br>" in html
    assert 'href="https://x.example/a"' in html
    assert html.count("<blockquote>") == html.count("</blockquote>") == 2
