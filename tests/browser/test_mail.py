"""Mail in a real browser: a hostile one fetches nothing, the keyboard walks the list, news come by themselves."""

from __future__ import annotations

import re

import pytest

from apps.core import clock
from apps.messaging.models import MailCopy, ThreadState
from apps.messaging.services.announcing import announce_mail
from tests.messaging.factories import Part, mail_in, mailbox_of
from tests.messaging.test_frames import PNG

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOSTILE = """
<html><head><link rel="stylesheet" href="https://tracker.example/a.css">
<meta http-equiv="refresh" content="0;url=https://evil.example/">
<style>@import url(https://tracker.example/b.css);
body { background: url(https://tracker.example/c.png) }</style></head>
<body background="https://tracker.example/d.png" onload="parent.document.title = 'taken'">
<p style="background-image: url('https://tracker.example/e.png'); position: fixed">Good day from afar</p>
<script>document.title = "taken"; fetch("https://tracker.example/f")</script>
<img src="https://tracker.example/g.png" srcset="https://tracker.example/h.png 2x" onerror="alert(1)">
<img src="cid:logo@x" alt="Our logo" width="40" height="40">
<svg><image href="https://tracker.example/i.png"/><script>alert(1)</script></svg>
<iframe src="https://tracker.example/j"></iframe><object data="https://tracker.example/k"></object>
<video poster="https://tracker.example/l.png" src="https://tracker.example/m"></video>
<audio src="https://tracker.example/n" autoplay></audio>
<form action="https://evil.example/"><input name="password" autofocus><button>Sign in</button></form>
<a href="javascript:alert(1)">press</a> <a href="https://shop.example/oak">Our shop</a>
<base href="https://evil.example/">
</body></html>
"""


@pytest.fixture
def box(bob):
    return mailbox_of(bob)


def test_a_hostile_mail_fetches_nothing_and_runs_nothing(page, live_server, sign_in, box, bob):
    mail = mail_in(box, html=HOSTILE, parts=[Part("logo.png", "image/png", PNG, cid="logo@x")], at=clock.now())
    sign_in(page, bob)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto(f"{live_server.url}/mail/threads/{mail.thread_id}/")
    frame = page.frame_locator("iframe.mail-frame")
    frame.get_by_text("Good day from afar").wait_for()
    page.wait_for_load_state("networkidle")

    assert [url for url in asked if not url.startswith(live_server.url)] == []
    assert page.title().startswith("Windows")
    picture = frame.get_by_alt_text("Our logo")
    assert picture.evaluate("image => image.complete && image.naturalWidth") == 1  # our own picture is there
    assert frame.locator("script, form, input, iframe, object, video, audio, svg").count() == 0
    assert page.locator("iframe.mail-frame").get_attribute("sandbox") == "allow-popups allow-popups-to-escape-sandbox"
    assert frame.locator("body").evaluate("() => self.origin") == "null"
    page.wait_for_function("() => !document.querySelector('.thread__seen.htmx-request')")
    assert MailCopy.objects.filter(is_seen=True).count() == 1


def test_pictures_from_elsewhere_are_fetched_on_demand(page, live_server, sign_in, box, bob):
    mail = mail_in(box, html="<p>Look</p><img src='https://shop.example/oak.png' alt='Oak'>", at=clock.now())
    page.context.route("https://shop.example/**", lambda route: route.fulfill(body=PNG, content_type="image/png"))
    sign_in(page, bob)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{live_server.url}/mail/threads/{mail.thread_id}/")
    frame = page.frame_locator("iframe.mail-frame")
    frame.get_by_text("was not fetched").wait_for()
    assert not any("shop.example" in url for url in asked)

    page.get_by_role("link", name="Show pictures from elsewhere").click()

    frame.get_by_alt_text("Oak").wait_for()
    page.wait_for_load_state("networkidle")
    assert any("shop.example/oak.png" in url for url in asked)


def test_a_link_in_a_mail_opens_in_a_tab_of_its_own(page, live_server, sign_in, box, bob):
    mail = mail_in(box, html="<p><a href='https://shop.example/oak'>Our shop</a></p>", at=clock.now())
    referers: list[str] = []

    def answer(route, request):
        referers.append(request.headers.get("referer", ""))
        route.fulfill(body="<title>Oak</title>", content_type="text/html")

    page.context.route("https://shop.example/**", answer)
    sign_in(page, bob)
    page.goto(f"{live_server.url}/mail/threads/{mail.thread_id}/")

    with page.context.expect_page() as opened:
        page.frame_locator("iframe.mail-frame").get_by_text("Our shop").click()

    opened.value.wait_for_load_state()
    assert opened.value.url == "https://shop.example/oak"
    assert opened.value.evaluate("() => window.opener") is None
    assert referers == [""]
    assert page.url.endswith(f"/mail/threads/{mail.thread_id}/")


def test_the_keyboard_walks_archives_and_opens(page, live_server, sign_in, box, bob):
    now = clock.now()
    for subject in ("Pine", "Oak", "Ash"):
        mail_in(box, subject=subject, at=now)
    sign_in(page, bob)
    page.goto(f"{live_server.url}/mail/")
    page.locator("mail-list:defined .mail-row").first.wait_for()

    page.keyboard.press("j")
    page.keyboard.press("e")
    page.locator(".toast-item", has_text="1 thread was changed").wait_for()
    page.locator(".mail-row").filter(has_text="Ash").wait_for(state="detached")
    assert page.evaluate("document.activeElement.textContent").find("Oak") >= 0
    page.locator(".toast-item__button").click()
    page.locator(".mail-row").filter(has_text="Ash").wait_for()

    page.locator(".mail-row__link").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/mail/threads/"))
    page.keyboard.press("e")
    page.wait_for_url(re.compile(r"/mail/$"))
    assert page.locator(".mail-row").count() == 2


def test_news_come_into_the_open_list_and_the_number_beside_mail(page, site, sign_in, box, bob):
    mail_in(box, subject="Oak", at=clock.now(), is_seen=True)
    sign_in(page, bob)
    page.goto(f"{site}/healthz", timeout=60_000)  # the server is up
    with page.expect_request(lambda request: "/live/" in request.url):
        page.goto(f"{site}/mail/")
    page.wait_for_timeout(1000)
    assert page.locator(".sidebar .menu-number__figure").is_hidden()

    mail = mail_in(box, subject="Pine", at=clock.now())
    announce_mail([(box.pk, mail.thread_id)])

    page.locator(".mail-row--fresh", has_text="Pine").wait_for()
    assert page.locator(".mail-row").first.inner_text().find("Pine") >= 0
    page.locator(".sidebar .menu-number__figure", has_text="1").wait_for()
    assert page.locator("[data-news]").inner_text() == "New mail"

    state = ThreadState.objects.get(thread=mail.thread)
    state.is_archived = True
    state.save()
    announce_mail([(box.pk, mail.thread_id)])
    page.locator(".mail-row", has_text="Pine").wait_for(state="detached")


def test_mail_can_be_read_by_everybody_on_a_phone_too(page, live_server, sign_in, box, bob, axe):
    other = mailbox_of(None, "eine-sehr-lange-adresse-fuer-alle@ausgezeichnete-fenster.example")
    other.members.add(bob)
    files = [Part("A-very-long-name-of-an-offer-for-windows-and-doors.pdf", "application/pdf", b"%PDF-")]
    long = "Найнеперевершеніший металопластиковоконновиробничозбутовий кооператив"
    mail = mail_in(other, subject=long, text="Good day\n\nOn Monday Bob wrote:\n> Hello", parts=files, at=clock.now())
    mail_in(box, subject="Oak", html="<p>Hello</p>", at=clock.now(), thread=mail.thread)
    mail_in(box, subject="Sent", is_outgoing=True, at=clock.now(), state={"needs_answer": True, "assignee": bob})
    sign_in(page, bob)

    for width in (1440, 360):
        page.set_viewport_size({"width": width, "height": 800})
        for path in (
            "/mail/?box=all",
            f"/mail/threads/{mail.thread_id}/",
            "/mail/report/",
            f"/mail/threads/{mail.thread_id}/share/",
        ):
            page.goto(f"{live_server.url}{path}")
            page.wait_for_timeout(400)  # colours fade in
            assert axe(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
            page.wait_for_timeout(400)
            assert axe(page) == [], f"{path} in the dark"
