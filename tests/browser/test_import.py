"""A file dropped on the import page, the bar that its worker moves, and the report, in a real browser."""

from __future__ import annotations

import re

import pytest

from apps.contacts.models import Entity, Folder, Import
from tests.contacts.factories import PersonFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DROP = """
([zone, name, text]) => {
  const files = new DataTransfer()
  files.items.add(new File([text], name, {type: "text/csv"}))
  for (const kind of ["dragenter", "dragover", "drop"]) {
    zone.dispatchEvent(new DragEvent(kind, {dataTransfer: files, bubbles: true, cancelable: true}))
  }
}
"""
# The figures of the bar as the page shows them, kept over the reload at the end.
REMEMBER = """
new MutationObserver((changes) => {
  const seen = new Set(JSON.parse(sessionStorage.getItem("figures") ?? "[]"))
  for (const change of changes) if (change.target.matches("progress")) seen.add(change.target.value)
  sessionStorage.setItem("figures", JSON.stringify([...seen]))
}).observe(document, {subtree: true, attributes: true, attributeFilter: ["value"]})
"""


def table(rows: int) -> str:
    lines = [
        f"Olena{number},Koval{number % 97},olena{number}@example.com,+38067{number:07},Firm {number % 50}"
        for number in range(rows)
    ]
    return "First Name,Last Name,E-mail,Phone,Company\n" + "\n".join(lines) + "\n"


def drop(page, name: str, text: str) -> None:
    zone = page.locator("drop-zone").element_handle()
    page.evaluate(DROP, [zone, name, text])
    page.locator("drop-zone [data-names]", has_text=name).wait_for()


def test_a_dropped_file_comes_in_and_its_worker_moves_the_bar(page, site, worker, sign_in, alice, axe):
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url.removeprefix(site)))
    page.context.add_init_script(REMEMBER)
    sign_in(page, alice)
    page.goto(f"{site}/contacts/import/")
    assert axe(page) == []

    drop(page, "people.csv", table(20_000))
    page.get_by_role("button", name="Look into them").click()
    page.get_by_role("heading", name="Import people.csv").wait_for()
    assert page.get_by_text("olena0@example.com").first.is_visible()
    assert axe(page) == []
    requests.clear()
    page.get_by_role("button", name="Import", exact=True).click()
    page.locator("operation-progress").wait_for()
    page.get_by_text("20,000 contacts came in").or_(page.get_by_text("20000 contacts came in")).wait_for(
        timeout=120_000
    )

    figures = page.evaluate("JSON.parse(sessionStorage.getItem('figures'))")
    assert len(figures) >= 10, figures
    assert figures == sorted(figures)
    address = re.compile(r"/operations/\d+/$")
    assert sum(bool(address.match(request)) for request in requests) <= 3  # when the stream opens, and no polling
    assert axe(page) == []
    found = Import.objects.get()
    assert (found.created, found.organisations) == (20_000, 50)


def test_closing_the_page_does_not_stop_it_and_coming_back_shows_where_it_stands(
    phone, site, worker, sign_in, alice, axe
):
    page = phone
    sign_in(page, alice)
    page.goto(f"{site}/contacts/import/")
    drop(page, "many.csv", table(6_000))
    page.get_by_role("button", name="Look into them").click()
    page.get_by_role("button", name="Import", exact=True).click()
    page.locator("operation-progress").wait_for()
    address = page.url
    page.goto("about:blank")

    page.wait_for_timeout(500)
    page.goto(address)

    page.get_by_text(re.compile("6,?000 contacts came in")).wait_for(timeout=60_000)
    assert Entity.objects.people().filter(source="import").count() == 6_000
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert axe(page) == []


def test_without_scripts_the_picker_does_it_too(browser, site, sign_in, alice):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, alice)
    page.goto(f"{site}/contacts/import/")

    page.locator("input[type=file]").set_input_files(
        {"name": "people.csv", "mimeType": "text/csv", "buffer": table(3).encode()}
    )
    page.get_by_role("button", name="Look into them").click()

    page.get_by_role("heading", name="Import people.csv").wait_for()
    assert page.get_by_text("olena1@example.com").first.is_visible()
    context.close()


def test_the_file_of_an_export_is_downloaded(page, site, sign_in, alice, axe):
    sign_in(page, alice)
    folder = Folder.objects.get(is_default=True)
    for number in range(30):
        PersonFactory(first_name="Olena", last_name=f"Koval {number}", folder=folder)
    page.goto(f"{site}/contacts/export/")
    assert axe(page) == []

    page.get_by_label("CSV with every field").check()
    with page.expect_download() as started:
        page.get_by_role("button", name="Download").click()

    text = started.value.path().read_text("utf-8-sig")
    assert started.value.suggested_filename.endswith(".csv")
    assert text.count("Olena") >= 30
