"""Projects: the list, made of groups and back, and what is written about one."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import staff_required
from apps.accounts.preferences import preferences_of
from apps.activities.selectors.kind_fields import shown_of
from apps.contacts.selectors.fields import definitions_for
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.setting_sheets import refused, saved, show_sheet
from apps.core.sheets import close_sheet
from apps.core.toasts import toast
from apps.projects import permissions
from apps.projects.doors import enter, enter_project
from apps.projects.models import Project
from apps.projects.project_forms import AboutForm, ProjectForm
from apps.projects.project_listing import project_listing
from apps.projects.project_tabs import page_context, summary_tabs
from apps.projects.selectors.chat import pins_of
from apps.projects.selectors.dated import dated_messages
from apps.projects.services import members
from apps.projects.services import projects as service
from apps.projects.services.projects import OWN_FIELDS


@staff_required
@require_GET
def project_list(request: Request) -> HttpResponse:
    found = Project.objects.visible_to(request.user).standing()
    page = project_listing().page(request, found, page_size=preferences_of(request.user).page_size)
    return page.render(request, "projects/projects.html", {"tabs": summary_tabs("projects")})


@staff_required
@require_http_methods(["GET", "POST"])
def project_make(request: Request) -> HttpResponse:
    form = ProjectForm(request.POST or None, reader=request.user)
    if request.method == "POST" and form.is_valid():
        now = clock.now()
        try:
            group = members.make_group(actor=request.user, now=now, **form.cleaned_data)
            service.make_project_of(actor=request.user, group=group, now=now)
        except ValidationError as error:
            show_errors(form, error)
        else:
            return close_sheet(request, reverse("projects:project_about", args=[group.pk]))
    return show_sheet(request, form, title=_("New project"), back=reverse("projects:project_list"))


@staff_required
@require_POST
def project_of_group(request: Request, group_id: int) -> HttpResponse:
    group, _member = enter(request.user, group_id)
    try:
        service.make_project_of(actor=request.user, group=group, now=clock.now())
    except ValidationError as error:
        return refused(request, reverse("projects:group", args=[group.pk]), error)
    toast(request, _("“%(title)s” is a project now. Its messages and people stay.") % {"title": group.title})
    return redirect("projects:project_about", group.pk)


@staff_required
@require_POST
def project_close(request: Request, group_id: int) -> HttpResponse:
    project, _member = enter_project(request.user, group_id)
    service.back_to_group(actor=request.user, project=project, now=clock.now())
    words = _("“%(title)s” is a group again. What was written of the project is kept.")
    toast(request, words % {"title": project.group.title})
    return redirect("projects:group", group_id)


@staff_required
@require_GET
def project_about(request: Request, group_id: int) -> HttpResponse:
    project, member = enter_project(request.user, group_id)
    may_write = permissions.can_write(project.group, member)
    today = localdate(clock.now())
    context = page_context(project, "about") | {
        "may_manage": permissions.can_manage(project.group, member),
        "own_fields": shown_of(definitions_for(OWN_FIELDS), project.attributes) if project.attributes else [],
        "pins": pins_of(project.group, member),
        "dated": dated_messages(project.group, request.user, today=today) if may_write else [],
    }
    return render_page(request, "projects/about.html", context)


@staff_required
@require_http_methods(["GET", "POST"])
def project_edit(request: Request, group_id: int) -> HttpResponse:
    project, member = enter_project(request.user, group_id)
    if not permissions.can_manage(project.group, member):
        raise PermissionDenied
    form = AboutForm(request.POST or None, user=request.user, project=project)
    back = reverse("projects:project_about", args=[group_id])
    if request.method == "POST" and form.is_valid():
        data, seen = form.data_input(), form.cleaned_data["version"]
        try:
            service.change_about(actor=request.user, project=project, data=data, seen_version=seen, now=clock.now())
        except ValidationError as error:
            show_errors(form, error)
        except service.ProjectChanged as error:
            form.add_error(None, str(error))
        else:
            return saved(request, back)
    return show_sheet(request, form, title=project.group.title, back=back)
