"""The guests of a project, for the house: who they are, what they see, and what of the history they are shown."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import staff_required
from apps.accounts.services.users import EmailTaken
from apps.activities.models import Activity
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.setting_sheets import saved, show_sheet
from apps.projects import permissions
from apps.projects.doors import enter_project, number
from apps.projects.guest_forms import GuestForm, InviteGuestForm
from apps.projects.models import GuestAccess, Project
from apps.projects.project_tabs import page_context
from apps.projects.selectors.guests import guests_of, may_be_invited, showable_entries
from apps.projects.services import guests as service
from apps.projects.services.showing import show_entry


@staff_required
@require_GET
def guest_list(request: Request, group_id: int) -> HttpResponse:
    project, member = enter_project(request.user, group_id)
    context = page_context(project, "contacts") | {
        "guests": guests_of(project, now=clock.now()),
        "may_manage": permissions.can_manage(project.group, member),
    }
    return render_page(request, "projects/guests.html", context)


@staff_required
@require_http_methods(["GET", "POST"])
def guest_invite(request: Request, group_id: int) -> HttpResponse:
    project, now = _managed(request, group_id), clock.now()
    people = {each.pk: each for each in may_be_invited(project, request.user, now=now)}
    choices = [(pk, f"{each.entity.display_name} ({each.entity.primary_email})") for pk, each in people.items()]
    form = InviteGuestForm(request.POST or None, participants=choices, initial={"tabs": ["chat", "about"]})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        found = people[given["participant"]]
        try:
            service.invite_guest(
                actor=request.user,
                participant=found,
                tabs=given["tabs"],
                until=given["until"],
                shows_older=given["shows_older"],
                site=request.build_absolute_uri("/"),
                now=now,
            )
        except EmailTaken as error:
            form.add_error("participant", str(error))
        except ValidationError as error:
            show_errors(form, error)
        else:
            words = _("%(email)s was sent an invitation.") % {"email": found.entity.primary_email}
            return saved(request, _back(group_id), words)
    return show_sheet(request, form, title=_("Invite a guest"), back=_back(group_id))


@staff_required
@require_http_methods(["GET", "POST"])
def guest(request: Request, group_id: int, access_id: int) -> HttpResponse:
    found = _guest(_managed(request, group_id), access_id)
    form = GuestForm(request.POST or None, initial=GuestForm.initial_of(found))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            service.change_guest(
                actor=request.user, access=found, tabs=given["tabs"], until=given["until"], now=clock.now()
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, _back(group_id))
    return show_sheet(request, form, title=found.entity.display_name, back=_back(group_id))


@staff_required
@require_POST
def guest_end(request: Request, group_id: int, access_id: int) -> HttpResponse:
    found = _guest(_managed(request, group_id), access_id)
    service.end_guest(actor=request.user, access=found, now=clock.now())
    return saved(request, _back(group_id), _("%(name)s is a guest no more.") % {"name": found.entity.display_name})


@staff_required
@require_POST
def guest_invite_again(request: Request, group_id: int, access_id: int) -> HttpResponse:
    found = _guest(_managed(request, group_id), access_id)
    site = request.build_absolute_uri("/")
    service.invite_guest_again(actor=request.user, access=found, site=site, now=clock.now())
    return saved(request, _back(group_id), _("%(email)s was sent an invitation.") % {"email": found.user.email})


@staff_required
@require_GET
def guest_entries(request: Request, group_id: int) -> HttpResponse:
    """What is written down of the project, each with whether guests read it; further pages with `before`."""
    project, before = _managed(request, group_id), number(request.GET.get("before"))
    rows, further = showable_entries(project, request.user, before=before)
    context = page_context(project, "contacts") | {"entries": rows, "before": further}
    return render_page(request, "projects/guest_entries.html", context, fragment="rows" if before else "entries")


@staff_required
@require_POST
def entry_show(request: Request, group_id: int, activity_id: int) -> HttpResponse:
    project = _managed(request, group_id)
    activity = get_object_or_404(Activity.objects.visible_to(request.user).live(), pk=activity_id)
    wanted = request.POST.get("wanted") == "1"
    show_entry(actor=request.user, project=project, activity=activity, wanted=wanted, now=clock.now())
    return saved(
        request,
        reverse("projects:guest_entries", args=[group_id]),
        _("Guests read this now.") if wanted else _("Guests don't read this any more."),
    )


def _managed(request: Request, group_id: int) -> Project:
    project, member = enter_project(request.user, group_id)
    if not permissions.can_manage(project.group, member):
        raise PermissionDenied
    return project


def _guest(project: Project, access_id: int) -> GuestAccess:
    rows = GuestAccess.objects.filter(project=project).select_related("entity", "user", "project")
    return get_object_or_404(rows, pk=access_id)


def _back(group_id: int) -> str:
    return reverse("projects:guest_list", args=[group_id])
