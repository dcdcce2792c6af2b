"""Topics of a group: their bar above the chat, their sheet, and messages put into them."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import staff_required
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.setting_sheets import saved, show_sheet
from apps.core.sheets import close_sheet
from apps.projects import permissions
from apps.projects.doors import enter, message_of, number
from apps.projects.models import Group, Topic
from apps.projects.selectors.groups import title_of
from apps.projects.selectors.topics import around, topics_of
from apps.projects.services import topics as service
from apps.projects.topic_forms import MoveForm, TopicForm


@staff_required
@require_GET
def topic_list(request: Request, group_id: int) -> HttpResponse:
    """The sheet of topics, closed ones too; or the bar of an open page, whose own one is `topic`."""
    found, member = enter(request.user, group_id)
    context = {
        "group": found,
        "title": title_of(found, request.user),
        "topics": topics_of(found, member),
        "current": number(request.GET.get("topic")),
        "may_write": permissions.can_write(found, member),
    }
    return render_page(
        request, "projects/topics.html", context, fragment="sheet" if request.htmx.target == "sheet" else "bar"
    )


@staff_required
@require_http_methods(["GET", "POST"])
def topic_rename(request: Request, group_id: int, topic_id: int) -> HttpResponse:
    topic = _topic(request, group_id, topic_id)
    form = TopicForm(request.POST or None, initial={"title": topic.title})
    if request.method == "POST" and form.is_valid():
        try:
            service.rename_topic(actor=request.user, topic=topic, title=form.cleaned_data["title"], now=clock.now())
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, _address(topic.group, topic))
    return show_sheet(request, form, title=_("Name of the topic"), back=_address(topic.group, topic))


@staff_required
@require_POST
def topic_close(request: Request, group_id: int, topic_id: int) -> HttpResponse:
    topic = _topic(request, group_id, topic_id)
    service.close_topic(actor=request.user, topic=topic, now=clock.now())
    return close_sheet(request, _address(topic.group, None))


@staff_required
@require_POST
def topic_reopen(request: Request, group_id: int, topic_id: int) -> HttpResponse:
    topic = _topic(request, group_id, topic_id)
    service.reopen_topic(actor=request.user, topic=topic, now=clock.now())
    return close_sheet(request, _address(topic.group, topic))


@staff_required
@require_http_methods(["GET", "POST"])
def message_topic(request: Request, group_id: int, message_id: int) -> HttpResponse:
    """Split a message off, with others that came after it, or put them into a topic that is there."""
    message = message_of(request.user, group_id, message_id)
    if message.deleted_at is not None:
        raise Http404
    found, member = enter(request.user, group_id)
    if not permissions.can_write(found, member):
        raise PermissionDenied
    form = MoveForm(request.POST or None, messages=around(message), topics=topics_of(found, member))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            topic = _put(request, found, given["topic"], given["title"], given["messages"])
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, _address(found, topic))
    return show_sheet(request, form, title=_("Into a topic"), back=_address(found, message.topic))


def _put(request: Request, group: Group, choice: str, title: str, messages: list[int]) -> Topic | None:
    if choice == MoveForm.NEW:
        return service.start_topic(actor=request.user, group=group, title=title, messages=messages, now=clock.now())
    topic = get_object_or_404(Topic, pk=choice, group=group) if choice != MoveForm.NONE else None
    service.move_messages(actor=request.user, group=group, messages=messages, topic=topic, now=clock.now())
    return topic


def _topic(request: Request, group_id: int, topic_id: int) -> Topic:
    found, member = enter(request.user, group_id)
    if not permissions.can_write(found, member):
        raise PermissionDenied
    return get_object_or_404(Topic.objects.select_related("group"), pk=topic_id, group=found)


def _address(group: Group, topic: Topic | None) -> str:
    return reverse("projects:group", args=[group.pk]) + (f"?topic={topic.pk}" if topic is not None else "")
