"""Templates as lists show them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from apps.messaging.models import MailTemplate, MailTemplateVersion

if TYPE_CHECKING:
    from apps.accounts.models import User

VERSIONS_SHOWN = 50
_OF_CONTACTS = ("contacts.entity", "")  # filled from a contact, or from nothing but the house and the sender


@dataclass(frozen=True, slots=True)
class TemplateRow:
    template: MailTemplate
    languages: list[str]  # it has words in
    is_own: bool


@dataclass(frozen=True, slots=True)
class TemplateGroup:
    title: Any
    rows: list[TemplateRow]


def template_groups(user: User, *, language: str = "") -> tuple[list[TemplateGroup], list[TemplateRow]]:
    """Those in use by category, `language` narrowing to such with words in it; then those no longer offered."""
    found = list(MailTemplate.objects.visible_to(user).order_by("name", "pk"))
    spoken: dict[int, list[str]] = {}
    versions = MailTemplateVersion.objects.filter(template__in=found).order_by("language")
    for template_id, code in versions.values_list("template", "language").distinct():
        spoken.setdefault(template_id, []).append(code)
    rows = [TemplateRow(each, spoken.get(each.pk, []), each.owner_id is not None) for each in found]
    in_use = [row for row in rows if row.template.retired_at is None and (not language or language in row.languages)]
    groups = [
        TemplateGroup(title, [row for row in in_use if row.template.category == category])
        for category, title in MailTemplate.Category.choices
    ]
    return [group for group in groups if group.rows], [row for row in rows if row.template.retired_at is not None]


def versions_of(template: MailTemplate, language: str) -> list[MailTemplateVersion]:
    """The newest first, with their authors."""
    found = template.versions.filter(language=language).select_related("author")
    return list(found.order_by("-number")[:VERSIONS_SHOWN])


def contact_templates(*, kept: Collection[int] = ()) -> list[MailTemplate]:
    """The house's templates in use that a contact fills, by name; those of `kept` too, though they are retired."""
    found = MailTemplate.objects.filter(owner__isnull=True, context_type__in=_OF_CONTACTS)
    return list(found.filter(Q(retired_at__isnull=True) | Q(pk__in=kept)).order_by("name", "pk"))
