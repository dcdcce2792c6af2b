"""What one does with messages that one has chosen; `keys` are their ids: "12-15-16"."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from apps.accounts.decorators import staff_required
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request
from apps.core.setting_sheets import saved, show_sheet
from apps.core.sheets import close_sheet
from apps.projects.doors import enter, number
from apps.projects.forms import ForwardForm, GatherForm, ManyTasksForm, SureForm
from apps.projects.models import Group, Message
from apps.projects.services import chosen


@staff_required
@require_http_methods(["GET", "POST"])
def chosen_forward(request: Request, group_id: int, keys: str) -> HttpResponse:
    group, messages = _chosen(request, group_id, keys)
    return forward_chosen(request, messages, back=_place(group))


def forward_chosen(request: Request, messages: list[Message], *, back: str) -> HttpResponse:
    """The dialog that asks whereto; it leads there where that is one group alone."""
    form = ForwardForm(request.POST or None, reader=request.user)
    if request.method == "POST" and form.is_valid():
        groups, key = list(form.cleaned_data["groups"]), form.cleaned_data["key"]
        try:
            chosen.forward_messages(actor=request.user, messages=messages, groups=groups, key=key, now=clock.now())
        except PermissionDenied:
            form.add_error("groups", _("You may not write in one of these."))
        else:
            return close_sheet(request, _place(groups[0]) if len(groups) == 1 else back)
    return show_sheet(request, form, title=_title(_("Forward"), messages), back=back, label=_("Forward"))


@staff_required
@require_http_methods(["GET", "POST"])
def chosen_group(request: Request, group_id: int, keys: str) -> HttpResponse:
    """A new group that begins with them."""
    group, messages = _chosen(request, group_id, keys)
    others = [each.user_id for each in group.memberships.present() if each.user_id not in (None, request.user.pk)]
    form = GatherForm(request.POST or None, initial={"users": others[:20]})
    if request.method == "POST" and form.is_valid():
        try:
            made = chosen.gather_group(actor=request.user, messages=messages, now=clock.now(), **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            return close_sheet(request, _place(made))
    return show_sheet(request, form, title=_title(_("New group"), messages), back=_place(group), label=_("Make it"))


@staff_required
@require_http_methods(["GET", "POST"])
def chosen_tasks(request: Request, group_id: int, keys: str) -> HttpResponse:
    group, messages = _chosen(request, group_id, keys)
    form = ManyTasksForm(request.POST or None, group=group)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            chosen.make_tasks(
                actor=request.user,
                messages=messages,
                assignees=[user.pk for user in given["assignees"]],
                due_on=given["due_on"],
                zone=get_current_timezone_name(),
                now=clock.now(),
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, _place(group))
    return show_sheet(request, form, title=_title(_("Make tasks"), messages), back=_place(group))


@staff_required
@require_http_methods(["GET", "POST"])
def chosen_delete(request: Request, group_id: int, keys: str) -> HttpResponse:
    group, messages = _chosen(request, group_id, keys)
    form = SureForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if not chosen.may_delete_all(request.user, group, messages):
            form.add_error(None, _("Some of these are not yours to delete."))
        else:
            chosen.delete_messages(actor=request.user, messages=messages, now=clock.now())
            return close_sheet(request, _place(group))
    return show_sheet(request, form, title=_title(_("Delete"), messages), back=_place(group), label=_("Delete"))


def _chosen(request: Request, group_id: int, keys: str) -> tuple[Group, list[Message]]:
    """Those that stand and that one may read; 404 where none is left."""
    group, _member = enter(request.user, group_id)
    ids = [number(key) for key in keys.split("-", chosen.MOST)[: chosen.MOST]]
    readable = Message.objects.visible_to(request.user).standing().filter(group=group, pk__in=ids)
    found = list(readable.select_related("group", "author", "forwarded_from"))
    if not found:
        raise Http404
    return group, found


def _title(words: str, messages: list[Message]) -> str:
    count = len(messages)
    return f"{words}: " + ngettext("%(number)s message", "%(number)s messages", count) % {"number": count}


def _place(group: Group) -> str:
    return reverse("projects:group", args=[group.pk])
