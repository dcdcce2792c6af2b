"""`manage.py collect_messages`: brings the message catalogues up to date with the code, without GNU gettext."""

from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.utils.translation.template import templatize

KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# Catalogue -> where its messages are. The browser's words are asked for by gettext() in modules.
DOMAINS = {
    "django": [
        ("apps", "*.py"),
        ("config", "*.py"),
        ("apps", "*.html"),
        ("apps", "*.txt"),
        ("templates", "*.html"),
        ("templates", "*.txt"),
    ],
    "djangojs": [("static/js", "*.js")],
}
METHODS = {".py": "python", ".js": "javascript"}  # everything else is a template


class Command(BaseCommand):
    help = "Collect translatable texts into locale/*/LC_MESSAGES; keeps the translations that are still wanted."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail where a text lacks a translation")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        languages = [code for code, _ in settings.LANGUAGES if code != "en"]
        missing: list[str] = []
        for domain in DOMAINS:
            template = collect(settings.BASE_DIR, domain)
            for language in languages:
                path = settings.BASE_DIR / "locale" / language / "LC_MESSAGES" / f"{domain}.po"
                catalogue = updated(path, template, language)
                missing += [f"{path.name}: {message.id}" for message in untranslated(catalogue)]
                if not check and len(template):
                    path.parent.mkdir(parents=True, exist_ok=True)
                    with path.open("wb") as file:
                        write_po(file, catalogue, width=120, omit_header=False, ignore_obsolete=True, sort_output=True)
        if check and missing:
            raise CommandError("\n".join(["These texts lack a translation (`make messages` collects them):", *missing]))
        self.stdout.write(f"{len(missing)} texts lack a translation")


def collect(root: Path, domain: str) -> Catalog:
    """Return all texts of a domain. They bear their files without lines: lines would change with every edit."""
    catalogue = Catalog(charset="utf-8")
    for folder, pattern in DOMAINS[domain]:
        for path in sorted((root / folder).rglob(pattern)):
            for text, comments, context in _texts(path):
                catalogue.add(
                    text, locations=[(str(path.relative_to(root)), 0)], auto_comments=comments, context=context
                )
    return catalogue


def updated(path: Path, template: Catalog, language: str) -> Catalog:
    """Return the catalogue at `path` with exactly the texts of `template`, guessing nothing."""
    if path.exists():
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language)
    else:
        catalogue = Catalog(locale=language, charset="utf-8")
    created = catalogue.creation_date
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.creation_date = created  # a new date would change the file at each run
    catalogue.header_comment = "# Texts of Rapport; `make messages` collects them."
    catalogue.fuzzy = False
    return catalogue


def untranslated(catalogue: Catalog) -> list[Any]:
    """Return the messages of a catalogue that a reader would see in English."""
    return [message for message in catalogue if message.id and (message.fuzzy or not all(_forms(message.string)))]


def _forms(text: str | Sequence[str] | None) -> Sequence[str]:
    return (text or "",) if isinstance(text, str | None) else text


def _texts(path: Path) -> Iterator[tuple[Any, list[str], str | None]]:
    method = METHODS.get(path.suffix, "python")
    source = path.read_text()
    if path.suffix not in METHODS:
        # Django blanks out all but the texts; what is left reads as Python once it isn't indented.
        source = "\n".join(line.lstrip() for line in templatize(source, origin=str(path)).split("\n"))
    found = extract(
        method, BytesIO(source.encode()), keywords=KEYWORDS, comment_tags=["Translators:"], strip_comment_tags=True
    )
    for _line, text, comments, context in found:
        yield text, comments, context
