"""The list of one's groups, and who is in one."""

from __future__ import annotations

from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import staff_required
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.pickers import PICKER_PAGE, Option, picker_response
from apps.core.setting_sheets import refused, saved, show_sheet
from apps.core.sheets import close_sheet
from apps.projects import permissions
from apps.projects.doors import enter, message_of, number
from apps.projects.forms import GroupForm, PeopleForm
from apps.projects.models import GuestAccess, Membership
from apps.projects.project_tabs import summary_tabs
from apps.projects.selectors.groups import PAGE, group_rows, title_of
from apps.projects.selectors.people import readers_of
from apps.projects.selectors.records import records_of
from apps.projects.services import members, reading

_FARTHEST = 1_000_000
_FOR_GOOD = timedelta(days=36_500)


@staff_required
@require_GET
def group_list(request: Request) -> HttpResponse:
    """One's groups; `from` asks for those behind the first ones."""
    text, begin = request.GET.get("q", "")[:120], number(request.GET.get("from")) % _FARTHEST
    rows = group_rows(request.user, now=clock.now(), text=text, begin=begin, most=PAGE + 1)
    context: dict[str, object] = {"rows": rows[:PAGE], "q": text, "tabs": summary_tabs("groups")}
    context |= {"more": begin + PAGE if len(rows) > PAGE else 0}
    return render_page(request, "projects/groups.html", context, fragment="more-rows" if begin else "group-rows")


@staff_required
@require_GET
def group_pick(request: Request) -> HttpResponse:
    """Options for a picker, page by page: the groups that one may write in."""
    begin = max(number(request.GET.get("page")) - 1, 0) * PICKER_PAGE % _FARTHEST
    text = request.GET.get("q", "").strip()[:120]
    rows = group_rows(request.user, now=clock.now(), text=text, begin=begin, most=PICKER_PAGE + 1, writable=True)
    options = [Option(str(row.pk), row.title) for row in rows]
    return picker_response(options[:PICKER_PAGE], more=len(options) > PICKER_PAGE)


@staff_required
@require_http_methods(["GET", "POST"])
def group_make(request: Request) -> HttpResponse:
    form = GroupForm(request.POST or None, reader=request.user)
    if request.method == "POST" and form.is_valid():
        given, now = form.cleaned_data, clock.now()
        try:
            if given["title"]:
                made = members.make_group(actor=request.user, now=now, **given)
            else:
                made = members.open_direct(actor=request.user, other=given["users"][0], now=now)
        except ValidationError as error:
            show_errors(form, error)
        else:
            return close_sheet(request, reverse("projects:group", args=[made.pk]))
    return show_sheet(request, form, title=_("New group"), back=reverse("projects:group_list"))


@staff_required
@require_GET
def group_info(request: Request, group_id: int) -> HttpResponse:
    found, member = enter(request.user, group_id)
    context = {
        "group": found,
        "member": member,
        "title": title_of(found, request.user),
        "records": records_of(found, request.user),
        "may_write": permissions.can_write(found, member),
        "members": Membership.objects.present().filter(group=found, record_id__isnull=True).order_by("joined_at", "pk"),
        "may_manage": permissions.can_manage(found, member),
        "is_muted": member.muted_until is not None and member.muted_until > clock.now(),
        "may_leave": found.kind != found.Kind.DIRECT,
        "roles": Membership.Role.choices,
    }
    return render_page(request, "projects/info.html", context, fragment="sheet")


@staff_required
@require_http_methods(["GET", "POST"])
def members_add(request: Request, group_id: int) -> HttpResponse:
    found, member = enter(request.user, group_id)
    if not permissions.can_manage(found, member):
        raise PermissionDenied
    form = PeopleForm(request.POST or None, reader=request.user)
    back = reverse("projects:group", args=[found.pk])
    if request.method == "POST" and form.is_valid():
        members.add_members(actor=request.user, group=found, users=form.cleaned_data["users"], now=clock.now())
        return saved(request, back)
    return show_sheet(request, form, title=_("Add colleagues"), back=back)


@staff_required
@require_POST
def member_remove(request: Request, group_id: int, member_id: int) -> HttpResponse:
    found, own = enter(request.user, group_id)
    member = get_object_or_404(Membership, pk=member_id, group=found)
    try:
        members.remove_member(actor=request.user, member=member, now=clock.now())
    except ValidationError as error:
        return refused(request, reverse("projects:group", args=[found.pk]), error)
    left = member.pk == own.pk
    return close_sheet(request, reverse("projects:group_list") if left else reverse("projects:group", args=[found.pk]))


@staff_required
@require_POST
def member_role(request: Request, group_id: int, member_id: int) -> HttpResponse:
    found, _own = enter(request.user, group_id)
    member = get_object_or_404(Membership.objects.present(), pk=member_id, group=found)
    try:
        members.set_role(actor=request.user, member=member, role=request.POST.get("role", ""), now=clock.now())
    except ValidationError as error:
        return refused(request, reverse("projects:group", args=[found.pk]), error)
    return close_sheet(request, reverse("projects:group", args=[found.pk]))


@staff_required
@require_POST
def group_mute(request: Request, group_id: int) -> HttpResponse:
    found, _member = enter(request.user, group_id)
    until = clock.now() + _FOR_GOOD if request.POST.get("wanted") == "1" else None
    reading.mute(actor=request.user, group=found, until=until)
    return close_sheet(request, reverse("projects:group", args=[found.pk]))


@staff_required
@require_POST
def group_top(request: Request, group_id: int) -> HttpResponse:
    found, _member = enter(request.user, group_id)
    wanted = request.POST.get("wanted") == "1"
    reading.keep_on_top(actor=request.user, group=found, wanted=wanted, now=clock.now())
    return redirect("projects:group_list")


@staff_required
@require_GET
def message_readers(request: Request, group_id: int, message_id: int) -> HttpResponse:
    """Who has read a message, and how many of the others there are."""
    message = message_of(request.user, group_id, message_id)
    guests = GuestAccess.objects.standing(clock.now()).filter(project=group_id)
    readers = Q(user__isnull=False) | Q(entity__in=guests.values("entity"))
    others = Membership.objects.present().filter(readers, group=group_id, is_bot=False).exclude(pk=message.author_id)
    context = {"group": message.group, "readers": readers_of(message), "others": others.count()}
    return render_page(request, "projects/readers.html", context, fragment="sheet")
