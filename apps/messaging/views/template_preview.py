"""How a template will read, filled with a real record."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from apps.accounts.decorators import staff_required
from apps.activities.models import Meeting
from apps.contacts.models import Entity, Recent
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.messaging.models import MailTemplate
from apps.messaging.services.contexts import MEETING
from apps.messaging.services.template_context import context_of
from apps.messaging.services.template_contexts import CONTACT, template_contexts
from apps.messaging.services.template_language import Rendered, TemplateProblem, check, render

if TYPE_CHECKING:
    from apps.accounts.models import User

_OFFERED = 20


@dataclass(frozen=True, slots=True)
class _Words:
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Preview:
    """`rendered` is None where the words can't be filled; `problems` say why, or what else to mend."""

    rendered: Rendered | None = None
    problems: list[TemplateProblem] = field(default_factory=list)


@staff_required
@require_POST
def template_preview(request: Request, template_id: int) -> HttpResponse:
    """The words as they stand in the editor, nothing of them kept."""
    found = get_object_or_404(MailTemplate.objects.visible_to(request.user), pk=template_id)
    language = request.GET.get("language", "")
    subject, body = request.POST.get("subject", ""), request.POST.get("body", "")
    preview = preview_of(request, found, language, subject=subject, body=body)
    return render_page(request, "messaging/template_preview.html", {"preview": preview}, fragment="template-preview")


def preview_of(request: Request, found: MailTemplate, language: str, *, subject: Any, body: Any) -> Preview:
    """Filled with the record that the reader chose, else the first one offered."""
    words = _Words(str(subject or ""), str(body or ""))
    code = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    problems = check(words)
    try:
        known = context_of(request.user, found.context_type, _record(request, found), code, now=clock.now())
        return Preview(render(words, known, language=code), problems)
    except TemplateProblem as problem:
        return Preview(None, problems or [problem])


def records_for(user: User, found: MailTemplate) -> list[tuple[int, str]]:
    """Records to try a template with: contacts seen last, appointments to come, what other apps offer of theirs."""
    if found.context_type == CONTACT:
        seen = Recent.objects.filter(user=user).order_by("-seen_at").values_list("entity", flat=True)[:_OFFERED]
        known = Entity.objects.visible_to(user).live()
        rows = known.filter(pk__in=list(seen)).order_by("sort_name", "pk") or known.order_by("-modified_at", "-pk")
        return [(each.pk, each.display_name) for each in rows[:_OFFERED]]
    if found.context_type == MEETING:
        ahead = Meeting.objects.visible_to(user).with_user(user.pk).filter(starts_at__gte=clock.now())
        meetings = ahead.select_related("activity").order_by("starts_at", "pk")[:_OFFERED]
        return [(each.pk, each.activity.subject) for each in meetings]
    context = template_contexts.get(found.context_type)
    return context.offered(user) if context and context.offered else []


def _record(request: Request, found: MailTemplate) -> int | None:
    wanted = request.POST.get("record", "")
    if wanted.isdecimal() and len(wanted) < 19:
        return int(wanted)
    offered = records_for(request.user, found)
    return offered[0][0] if offered else None
