"""What a message may become elsewhere: a message in another group, a task, a note on a contact."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.decorators import staff_required
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request
from apps.core.setting_sheets import saved, show_sheet
from apps.projects.doors import enter, message_of
from apps.projects.forms import MessageNoteForm, MessageTaskForm
from apps.projects.models import Message
from apps.projects.selectors.people import names_like
from apps.projects.services import becoming
from apps.projects.services.chosen import subject_of
from apps.projects.views.chosen import forward_chosen


@staff_required
@require_http_methods(["GET", "POST"])
def message_forward(request: Request, group_id: int, message_id: int) -> HttpResponse:
    message = _standing(request, group_id, message_id)
    return forward_chosen(request, [message], back=_back(message))


@staff_required
@require_http_methods(["GET", "POST"])
def message_task(request: Request, group_id: int, message_id: int) -> HttpResponse:
    message = _standing(request, group_id, message_id)
    form = MessageTaskForm(request.POST or None, group=message.group, initial={"subject": subject_of(message)})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            becoming.make_task(
                actor=request.user,
                message=message,
                subject=given["subject"],
                assignees=[user.pk for user in given["assignees"]],
                due_on=given["due_on"],
                zone=get_current_timezone_name(),
                now=clock.now(),
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, _back(message))
    return show_sheet(request, form, title=_("Make a task"), back=_back(message))


@staff_required
@require_http_methods(["GET", "POST"])
def message_note(request: Request, group_id: int, message_id: int) -> HttpResponse:
    message = _standing(request, group_id, message_id)
    form = MessageNoteForm(request.POST or None, user=request.user, message=message)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            becoming.make_note(
                actor=request.user, message=message, entity=given["entity"], text=given["text"], now=clock.now()
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, _back(message))
    return show_sheet(request, form, title=_("Into the history of a contact"), back=_back(message))


@staff_required
@require_GET
def people(request: Request, group_id: int) -> HttpResponse:
    """{"names": [...]} of members that one may mean by what stands behind an "@"."""
    found, member = enter(request.user, group_id)
    return JsonResponse({"names": names_like(found, member, request.GET.get("q", "")[:100])})


def _standing(request: Request, group_id: int, message_id: int) -> Message:
    message = message_of(request.user, group_id, message_id)
    if message.deleted_at is not None:
        raise Http404
    return message


def _back(message: Message) -> str:
    return f"{reverse('projects:group', args=[message.group_id])}?at={message.seq}"
