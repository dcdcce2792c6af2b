"""Takes the README's pictures from the running demo: `make shots`. Needs Chromium."""

import shutil
import signal
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from smoke import end, start

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "images"
SIZE = {"width": 1440, "height": 900}


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("The pictures need chromium.")
    took, demo, address = start()
    print(f"demo ready after {took:.1f} s")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = browser.new_context(viewport=SIZE, base_url=address, device_scale_factor=1).new_page()  # type: ignore[arg-type]
            sign_in(page)
            take(page)
            browser.close()
    finally:
        end(demo, "Ctrl-C", signal.SIGINT)


def sign_in(page: Page) -> None:
    page.goto("/accounts/login/")
    page.fill("input[name=login]", "manager@demo.rapport.example")
    page.fill("input[name=password]", "demo-rapport-1")
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/")


def take(page: Page) -> None:
    """Visit what the README shows: the list, a contact, an import at work."""
    page.goto("/contacts/")
    shoot(page, "list")
    page.click("table tbody a.rows__link")
    page.wait_for_load_state("networkidle")
    shoot(page, "contact")
    page.goto("/contacts/import/")
    file = {"name": "trade-fair.csv", "mimeType": "text/csv", "buffer": table(12_000)}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]  # a file payload
    page.get_by_role("button", name="Look into them").click()
    page.get_by_role("button", name="Import", exact=True).click()
    page.locator("operation-progress progress[value]").wait_for()
    page.wait_for_timeout(1500)
    shoot(page, "import")


def table(rows: int) -> bytes:
    lines = [f"Olena{n},Koval{n % 97},olena{n}@fair.example,+38067{n:07},Firm {n % 50}" for n in range(rows)]
    return "\n".join(["First Name,Last Name,E-mail,Phone,Company", *lines, ""]).encode()


def shoot(page: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")
    print(f"docs/images/{name}.png")


if __name__ == "__main__":
    main()
