"""A real Chromium for the browser tests: one for the session, one context and page for each test."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.cached_db import SessionStore
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from tests.browser.chromium import FLAGS, chromium_path
from tests.core.processes import start

AXE = settings.BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 360, "height": 740}
# The listener stands before anything of the page runs. What axe tries on the page comes from no file: that is not
# the page's fault.
WATCH = """
document.addEventListener("securitypolicyviolation", ({violatedDirective, blockedURI, sourceFile, lineNumber}) => {
  if (sourceFile) console.error(`breach of the policy: ${violatedDirective} ${blockedURI} ${sourceFile}:${lineNumber}`);
});
"""
BROKEN_OFF = ("htmx:afterRequest", "htmx:sendAbort", "htmx:sendError")
# A form with errors takes the focus, and the page follows; read on the way there, a button may lie under the top bar.
TO_THE_TOP = """async () => {
  // A window behind another one draws no frames.
  const frame = () => new Promise((done) => (requestAnimationFrame(done), setTimeout(done, 500)));
  await frame();
  await frame();
  scrollTo({top: 0, behavior: "instant"});
  await frame();
}"""
# A sheet that still comes in is pale: its colours are judged when it has come. What turns for ever is not waited for,
# nor what stands still because nobody sees it.
COME_IN = """async () => {
  const ends = (each) => each.effect && Number.isFinite(each.effect.getComputedTiming().endTime);
  const come = Promise.allSettled(document.getAnimations().filter(ends).map((each) => each.finished));
  await Promise.race([come, new Promise((done) => setTimeout(done, 1000))]);
}"""
# Summed up in the browser: to bring over all that axe tells, also of what is right, takes thrice as long as its work.
FAULTS = """async (options) => {
  const strays = (label) => label.control && label.closest("form") && label.control.form !== label.closest("form");
  const {violations} = await axe.run(document, options);
  const labels = [...document.querySelectorAll("label[for]")].filter(strays);
  return violations
    .flatMap(({id, nodes}) => nodes.map((node) => `${id}: ${node.target[0]} (${node.failureSummary})`))
    .concat(labels.map((label) => `label of another form's field: ${label.htmlFor}`));
}"""
# Rules that read style sheets are none of these: to parse Tabler's each time would take a tenth of the work.
MEDIA_ALONE = {"assets": ["media"]}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium_path()
    if path is None:
        message = "no chromium on the PATH (or in CHROMIUM): the journeys in a real browser were left out"
        if os.environ.get("RAPPORT_REQUIRE_BROWSER") == "1":
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=DESKTOP, locale="en-GB", timezone_id="Europe/Kyiv")  # type: ignore[arg-type]  # plain dict
    context.set_default_timeout(10_000)
    context.add_init_script(WATCH)
    if "live_server" in request.fixturenames:
        _quieten(context, request.getfixturevalue("live_server").url)
    yield context
    context.close()


def _quieten(context: BrowserContext, address: str) -> None:
    """Django's test server has no live events: its pages get a stream on which nothing comes.

    (A route would answer as well, but then Chromium keeps no file, and each page asks for all modules again.)
    """
    port = address.rpartition(":")[2]
    silent = "window.EventSource = class extends EventTarget { close() {} }"
    context.add_init_script(f'if (location.port === "{port}") {silent}')


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that fails its test for an error in the console, an uncaught exception or a breach of the policy.

    A test that provokes an answer of 4xx on purpose takes its line out of `page.complaints`.
    """
    page = context.new_page()
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        # What a page still asks for when it is left, or asks anew, is broken off; htmx complains of that.
        if message.type != "error" or message.text.startswith(BROKEN_OFF):
            return
        # Chromium's own line on a breach doesn't say whose it was; the page's listener does.
        if "Content Security Policy directive" not in message.text:
            complaints.append(f"{message.text} {message.location['url']}")

    under_way: set[Request] = set()
    page.on("request", lambda request: None if "/live/" in request.url else under_way.add(request))
    for end in ("requestfinished", "requestfailed"):
        page.on(end, lambda request: under_way.discard(request))
    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.complaints = complaints  # type: ignore[attr-defined]  # for tests that expect one
    yield page
    if not page.is_closed():
        page.evaluate("() => new Promise((done) => setTimeout(done))")  # what was just said is heard
        for _turn in range(100):  # what a page still asks for would find the next test's tables
            if not under_way:
                break
            page.wait_for_timeout(50)
    assert complaints == []


@pytest.fixture
def phone(page: Page) -> Page:
    """The same page, 360 pixels wide."""
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]  # plain dict
    return page


@pytest.fixture
def sign_in(live_server: Any) -> Callable[[Page, Any], None]:
    """`sign_in(page, user)`: by cookie, past the form."""

    def enter(page: Page, user: Any) -> None:
        _quieten(page.context, live_server.url)  # also one that the test has made for itself
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session.session_key or "", "url": live_server.url}]
        )

    return enter


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """`axe(page)` lists what breaks WCAG 2.2 AA: "rule: selector"; empty is what one wants."""

    def run(page: Page) -> list[str]:
        page.evaluate(TO_THE_TOP)
        page.evaluate(COME_IN)
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE.read_text("utf-8"))
        options = {"runOnly": WCAG, "resultTypes": ["violations"], "preload": MEDIA_ALONE}
        faults: list[str] = page.evaluate(FAULTS, options)
        return faults

    return run


@pytest.fixture(scope="session")
def site(django_db_setup: None) -> Iterator[str]:
    """The address of the whole site by uvicorn, pages and events on one port, as the demo runs it."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        listener.set_inheritable(True)
        server = start(
            *("uvicorn", "config.asgi:application", "--fd", str(listener.fileno()), "--log-level", "warning"),
            *("--timeout-graceful-shutdown", "1"),
            pass_fds=(listener.fileno(),),
        )
        yield f"http://localhost:{listener.getsockname()[1]}"
        server.terminate()
        server.wait(10)


@pytest.fixture(scope="module")
def worker(django_db_setup: None) -> Iterator[None]:
    """A real worker beside the site; it would take up what other modules' tests begin for themselves."""
    process = start(
        *("celery", "-A", "config", "worker", "--pool", "solo"),
        *("--queues", "default,timely,mail,sync,documents,maintenance"),
        *("--without-gossip", "--without-mingle", "--loglevel", "WARNING"),
    )
    yield
    process.terminate()
    process.wait(20)
