"""The next step with one contact, a part of its page: shown, and planned in a short sheet."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.decorators import staff_required
from apps.accounts.permissions import is_staff_member
from apps.activities.forms.next_steps import NextStepForm
from apps.activities.selectors.next_steps import next_step
from apps.activities.services.tasks import add_task
from apps.activities.views.tasks import tell
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.htmx import Request, render_page
from apps.core.sheets import close_sheet
from apps.core.toasts import toast


def next_step_card(request: HttpRequest, entity: Entity) -> str:
    """Where it comes to stand: it is asked for when the page is there."""
    if not is_staff_member(request.user) or entity.trashed_at is not None:
        return ""
    return render_to_string("activities/_next_step.html", {"entity": entity}, request)


@staff_required
@require_GET
def contact_next_step(request: Request, entity_id: int) -> HttpResponse:
    entity = get_object_or_404(Entity.objects.visible_to(request.user), pk=entity_id)
    step = next_step(request.user, entity, now=clock.now())
    context: dict[str, Any] = {"entity": entity, "step": step, "may_plan": entity.trashed_at is None}
    return render_page(request, "activities/next_step.html", context, fragment="panel")


@staff_required
@require_http_methods(["GET", "POST"])
def next_step_plan(request: Request, entity_id: int) -> HttpResponse:
    """What, in words if need be, and on which day; it becomes a task of whoever plans it."""
    entity = get_object_or_404(Entity.objects.visible_to(request.user).live(), pk=entity_id)
    now = clock.now()
    form = NextStepForm(request.POST or None, today=localdate(now))
    page = reverse("contacts:entity", args=[entity.pk])
    if request.method == "POST" and form.is_valid():
        try:
            add_task(actor=request.user, data=form.wanted(entity), now=now)
        except ValidationError as error:
            problems = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
            fields = {"subject": "words", "due_on": "on"}
            tell(form, ValidationError({fields.get(name) or "__all__": each for name, each in problems.items()}))
        else:
            toast(request, _("The next step is planned."))
            return close_sheet(request, page)
    context = {"form": form, "entity": entity, "page": page, "title": _("Plan the next step")}
    status = 422 if form.errors else 200
    return render_page(request, "activities/next_step_plan.html", context, fragment="sheet", status=status)
