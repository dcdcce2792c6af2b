"""Templates of mails: made, copied, their words kept version by version, offered no longer and again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext as _

from apps.accounts.permissions import is_staff_member
from apps.core.refusals import Refused
from apps.core.services.operations import operate, snapshot
from apps.core.text import transliterate
from apps.messaging.models import MailTemplate, MailTemplateVersion
from apps.messaging.permissions import can_edit_house_templates, can_edit_template
from apps.messaging.services.liquid.scanning import LONGEST_SOURCE
from apps.messaging.services.template_language import SUBJECT_LENGTH, check, clean_body

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.core.models import Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateInput:
    """What a template is, apart from its words."""

    name: str
    category: str
    context_type: str
    document: str = ""


class TemplateChanged(Refused):
    """Somebody else has saved words in this language meanwhile."""

    def __init__(self) -> None:
        super().__init__(
            _("Somebody has saved this template meanwhile. Yours is not lost: compare both, then save again.")
        )


def make_template(*, actor: User, data: TemplateInput, is_own: bool, now: datetime) -> MailTemplate:
    """Add a template without words yet, one's own or the house's. Raises PermissionDenied, ValidationError."""
    if not is_staff_member(actor) or not (is_own or can_edit_house_templates(actor)):
        raise PermissionDenied
    with operate(actor=actor, verb="mail_template.made", now=now) as recorder:
        template = MailTemplate(key=_free_key(data.name), owner=actor if is_own else None, created_at=now)
        _assign(template, data)
        template.save(force_insert=True)
        recorder.created(template)
    return template


def change_template(*, actor: User, template: MailTemplate, data: TemplateInput, now: datetime) -> None:
    """Name it, sort it, tie a document to it. Raises PermissionDenied, ValidationError by field."""
    _ask(actor, template)
    with operate(actor=actor, verb="mail_template.changed", now=now) as recorder:
        locked = MailTemplate.objects.select_for_update().get(pk=template.pk)
        before = snapshot(locked)
        _assign(locked, data)
        locked.save()
        recorder.updated(locked, before)


def save_words(
    *, actor: User, template: MailTemplate, language: str, subject: str, body: str, seen: int, now: datetime
) -> MailTemplateVersion:
    """Keep the words as the newest version of a language; the same words again make none.

    `seen` is the number that the editor began with, 0 for none. Raises PermissionDenied, TemplateChanged,
    ValidationError under "subject" or "body", each mistake with its line.
    """
    _ask(actor, template)
    wanted = _clean(template, language, subject, body)
    with operate(actor=actor, verb="mail_template.written", now=now) as recorder:
        MailTemplate.objects.select_for_update().get(pk=template.pk)
        newest = template.versions.filter(language=language).order_by("-number").first()
        if newest and (newest.subject, newest.body) == (wanted.subject, wanted.body):
            return newest
        number = newest.number if newest else 0
        if number != seen:
            raise TemplateChanged
        wanted.number, wanted.author, wanted.created_at = number + 1, actor, now
        wanted.save(force_insert=True)
        recorder.created(wanted)
    return wanted


def restore_words(*, actor: User, version: MailTemplateVersion, now: datetime) -> MailTemplateVersion:
    """Let an earlier version be the newest again, as a new one: nothing that was written is lost."""
    newest = version.template.versions.filter(language=version.language).order_by("-number").first()
    return save_words(
        actor=actor,
        template=version.template,
        language=version.language,
        subject=version.subject,
        body=version.body,
        seen=newest.number if newest else 0,
        now=now,
    )


def copy_template(*, actor: User, template: MailTemplate, is_own: bool, now: datetime) -> MailTemplate:
    """A template of the same words under another key, to go on from. Raises PermissionDenied."""
    name = _("%(name)s (copy)") % {"name": template.name[:90]}
    data = TemplateInput(
        name=name, category=template.category, context_type=template.context_type, document=template.document
    )
    made = make_template(actor=actor, data=data, is_own=is_own, now=now)
    for each in newest_versions(template).values():
        MailTemplateVersion.objects.create(
            template=made,
            language=each.language,
            number=1,
            subject=each.subject,
            body=each.body,
            author=actor,
            created_at=now,
        )
    return made


def retire_template(*, actor: User, template: MailTemplate, now: datetime, retired: bool = True) -> Operation:
    """Offer a template no longer, or again; its words stay. Raises PermissionDenied."""
    _ask(actor, template)
    verb = "mail_template.retired" if retired else "mail_template.restored"
    with operate(actor=actor, verb=verb, now=now) as recorder:
        locked = MailTemplate.objects.select_for_update().get(pk=template.pk)
        before = snapshot(locked)
        locked.retired_at = (locked.retired_at or now) if retired else None
        locked.save(update_fields=["retired_at"])
        recorder.updated(locked, before)
    return recorder.operation


def newest_versions(template: MailTemplate) -> dict[str, MailTemplateVersion]:
    """The version in use of each language that it has."""
    return {each.language: each for each in template.versions.order_by("language", "number")}


def _ask(actor: User, template: MailTemplate) -> None:
    if not can_edit_template(actor, template):
        raise PermissionDenied


def _assign(template: MailTemplate, data: TemplateInput) -> None:
    name = " ".join(data.name.replace("\x00", "").split())
    if not name:
        raise ValidationError({"name": _("A name is needed.")})
    template.name, template.category = name[:100], data.category
    template.context_type, template.document = data.context_type, data.document


def _clean(template: MailTemplate, language: str, subject: str, body: str) -> MailTemplateVersion:
    if language not in dict(settings.LANGUAGES):
        raise ValidationError({"language": _("Choose one of the languages.")})
    line = " ".join(subject.replace("\x00", "").split())
    if not line or len(line) > SUBJECT_LENGTH:
        raise ValidationError(
            {"subject": _("A subject of up to %(limit)s letters is needed.") % {"limit": SUBJECT_LENGTH}}
        )
    if len(body) > LONGEST_SOURCE:
        raise ValidationError({"body": _("At most %(limit)s letters fit here.") % {"limit": LONGEST_SOURCE}})
    version = MailTemplateVersion(
        template=template, language=language, subject=line, body=clean_body(body.replace("\x00", "")).strip()
    )
    problems: dict[str, list[str]] = {}
    for problem in check(version):
        problems.setdefault(problem.part, []).append(str(problem))
    if problems:
        raise ValidationError(problems)
    return version


def _free_key(name: str) -> str:
    stem = slugify(transliterate(name))[:50] or "template"
    taken = set(MailTemplate.objects.filter(key__startswith=stem).values_list("key", flat=True))
    return next(key for key in (stem, *(f"{stem}-{number}" for number in range(2, 10_000))) if key not in taken)
