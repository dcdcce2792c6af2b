"""Pictures of every main page at three widths in both themes, for one's own eyes: `make shots`.

`python -m tests.browser.shots http://localhost:8000` takes them from a running demo into var/shots/; without an
address it starts one. Further arguments are addresses to take instead of the main ones.
"""

from __future__ import annotations

import contextlib
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import FLAGS, chromium_path

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "var" / "shots"
SIZES = {"360": (360, 740), "820": (820, 1180), "1440": (1440, 900)}
THEMES = ("light", "dark")
PASSWORD = "demo-rapport-1"
STAFF = [
    "/",
    "/search/?q=an",
    "/contacts/",
    "/contacts/new/",
    "/contacts/import/",
    "/contacts/settings/fields/",
    "/operations/",
    "/accounts/preferences/",
    "/accounts/security/",
    "/components/",
    "/nothing-here/",
]
DEALER = ["/", "/accounts/security/"]
READY_WITHIN = 120


def main() -> None:
    arguments = sys.argv[1:]
    chromium = chromium_path()
    if chromium is None:
        sys.exit("The pictures need chromium on the PATH, or its path in CHROMIUM.")
    address = arguments.pop(0) if arguments and arguments[0].startswith("http") else ""
    with contextlib.ExitStack() as stack:
        address = address or stack.enter_context(_demo())
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        stack.callback(browser.close)
        for theme in THEMES:
            for name, size in SIZES.items():
                _take(browser, address, "", ["/accounts/login/"] if not arguments else [], theme, name, size)
                _take(browser, address, "admin", arguments or STAFF, theme, name, size)
                _take(browser, address, "dealer", [] if arguments else DEALER, theme, name, size)


def _take(
    browser: Browser, address: str, login: str, paths: list[str], theme: str, name: str, size: tuple[int, int]
) -> None:
    if not paths:
        return
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        base_url=address,
        color_scheme=theme,  # type: ignore[arg-type]  # "light" or "dark"
    )
    page = context.new_page()
    if login:
        page.goto("/accounts/login/")
        page.fill("input[name=login]", f"{login}@demo.rapport.example")
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(re.compile(r"/$"))
    for path in paths:
        answer = page.goto(path)
        page.wait_for_load_state("networkidle")
        title = re.sub(r"[^a-z0-9]+", "-", f"{login} {path}").strip("-") or "start"
        target = OUT / theme / name / f"{title}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=target, full_page=name != "1440")
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        notes = [f"HTTP {answer.status}"] if answer and answer.status >= 500 else []
        notes += ["scrolls sideways"] if wide else []
        print(target.relative_to(ROOT), *notes)  # noqa: T201  what the command is for
    context.close()


@contextlib.contextmanager
def _demo() -> Iterator[str]:
    """A demo of our own on a free port, ended as by Ctrl-C."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, str(ROOT / "manage.py"), "demo", "--port", str(port)]
    demo = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
    address = f"http://localhost:{port}"
    try:
        for _second in range(READY_WITHIN):
            with contextlib.suppress(URLError, ConnectionError, TimeoutError):
                if urlopen(f"{address}/readyz", timeout=2).status == 200:  # noqa: S310  our own address
                    break
            time.sleep(1)
        yield address
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait(timeout=60)


if __name__ == "__main__":
    main()
