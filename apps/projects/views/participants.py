"""Who from outside takes part in a project."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import staff_required
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.setting_sheets import saved, show_sheet
from apps.projects import permissions
from apps.projects.doors import enter_project
from apps.projects.models import Participant, Project
from apps.projects.project_forms import ParticipantsForm, RoleForm
from apps.projects.project_tabs import page_context
from apps.projects.selectors.projects import companies_of
from apps.projects.services import participants as service


@staff_required
@require_GET
def participant_list(request: Request, group_id: int) -> HttpResponse:
    project, member = enter_project(request.user, group_id)
    context = page_context(project, "contacts") | {
        "companies": companies_of(project, request.user),
        "may_write": permissions.can_write(project.group, member),
    }
    return render_page(request, "projects/participants.html", context)


@staff_required
@require_http_methods(["GET", "POST"])
def participants_add(request: Request, group_id: int) -> HttpResponse:
    project = _writable(request, group_id)
    form = ParticipantsForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = service.add_participants(
                actor=request.user, project=project, entities=given["entities"], role=given["role"], now=clock.now()
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            words = ngettext("%(number)s contact takes part now.", "%(number)s contacts take part now.", len(made))
            return saved(request, _back(group_id), words % {"number": len(made)})
    return show_sheet(request, form, title=_("Who takes part"), back=_back(group_id))


@staff_required
@require_http_methods(["GET", "POST"])
def participant_role(request: Request, group_id: int, participant_id: int) -> HttpResponse:
    found = _participant(_writable(request, group_id), participant_id)
    form = RoleForm(request.POST or None, initial={"role": found.role})
    if request.method == "POST" and form.is_valid():
        service.set_participant_role(
            actor=request.user, participant=found, role=form.cleaned_data["role"], now=clock.now()
        )
        return saved(request, _back(group_id))
    return show_sheet(request, form, title=found.entity.display_name, back=_back(group_id))


@staff_required
@require_POST
def participant_remove(request: Request, group_id: int, participant_id: int) -> HttpResponse:
    found = _participant(_writable(request, group_id), participant_id)
    service.remove_participant(actor=request.user, participant=found, now=clock.now())
    return saved(request, _back(group_id), _("%(name)s takes part no more.") % {"name": found.entity.display_name})


def _writable(request: Request, group_id: int) -> Project:
    project, member = enter_project(request.user, group_id)
    if not permissions.can_write(project.group, member):
        raise PermissionDenied
    return project


def _participant(project: Project, participant_id: int) -> Participant:
    present = project.participants.filter(removed_at__isnull=True).select_related("entity")
    return get_object_or_404(present, pk=participant_id)


def _back(group_id: int) -> str:
    return reverse("projects:participants", args=[group_id])
