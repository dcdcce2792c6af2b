"""Collecting texts for translation, from the kinds of files that have them."""

from pathlib import Path

from babel.messages.pofile import write_po

from apps.core.management.commands.collect_messages import collect, untranslated, updated

TEMPLATE = """{% load i18n %}
  <p title="{% translate "It's here" %}">{% translate "May" context "month" %}</p>
    {% blocktranslate trimmed count n=rows|length %}
      {{ n }} row
    {% plural %}
      {{ n }} rows
    {% endblocktranslate %}
"""
CODE = """
from django.utils.translation import gettext_lazy as _, ngettext
label = _("Saved")
# Translators: shown in the toast
text = ngettext("%(n)d contact", "%(n)d contacts", n)
"""


def site(root: Path) -> Path:
    for path, text in [("templates/a.html", TEMPLATE), ("apps/a.py", CODE), ("static/js/a.js", 'gettext("Gone");')]:
        (root / path).parent.mkdir(parents=True)
        (root / path).write_text(text)
    return root


def test_texts_are_found_in_templates_code_and_modules(tmp_path: Path) -> None:
    root = site(tmp_path)

    pages = {(message.id, message.context) for message in collect(root, "django") if message.id}
    browser = {message.id for message in collect(root, "djangojs") if message.id}

    assert pages == {
        ("It's here", None),
        ("May", "month"),
        (("%(n)s row", "%(n)s rows"), None),
        ("Saved", None),
        (("%(n)d contact", "%(n)d contacts"), None),
    }
    assert browser == {"Gone"}


def test_a_second_run_keeps_translations_and_says_what_lacks_one(tmp_path: Path) -> None:
    template = collect(site(tmp_path), "django")
    path = tmp_path / "django.po"
    catalogue = updated(path, template, "uk")
    message = catalogue.get("Saved")
    assert message
    message.string = "Збережено"
    with path.open("wb") as file:
        write_po(file, catalogue)

    again = updated(path, template, "uk")

    kept = again.get("Saved")
    assert kept
    assert kept.string == "Збережено"
    assert "Saved" not in [message.id for message in untranslated(again)]
    assert "It's here" in [message.id for message in untranslated(again)]
    assert again.num_plurals == 3
