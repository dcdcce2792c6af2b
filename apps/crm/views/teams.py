"""Teams: the list, one team's day and work, and for administrators and leads who is in it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import settings_required, staff_required
from apps.accounts.models import Team, TeamMembership
from apps.accounts.permissions import can_change_settings, can_lead_team
from apps.accounts.services import teams as service
from apps.core import clock
from apps.core.clock import company_day
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.setting_sheets import saved, show_sheet
from apps.crm.forms.teams import MemberForm, TeamForm
from apps.crm.selectors.team_pages import team_page


@staff_required
@require_GET
def team_list(request: Request) -> HttpResponse:
    teams = Team.objects.order_by("retired_at", "name")
    context = {"teams": teams, "may_add": can_change_settings(request.user)}
    return render_page(request, "crm/teams.html", context)


@staff_required
@require_GET
def team(request: Request, team_id: int) -> HttpResponse:
    found = get_object_or_404(Team, pk=team_id)
    today = company_day(clock.now())
    context = {
        "team": found,
        "page": team_page(found, on=today),
        "may_change": can_change_settings(request.user),
        "may_lead": can_lead_team(request.user, found, on=today),
    }
    return render_page(request, "crm/team.html", context)


@settings_required
@require_http_methods(["GET", "POST"])
def team_add(request: Request) -> HttpResponse:
    form = TeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = service.make_team(
                actor=request.user, name=given["name"], kind=given["kind"], hours=given["hours"], now=clock.now()
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, reverse("crm:team", args=[made.pk]))
    return show_sheet(request, form, title=_("New team"), back=reverse("crm:team_list"))


@settings_required
@require_http_methods(["GET", "POST"])
def team_edit(request: Request, team_id: int) -> HttpResponse:
    found = get_object_or_404(Team, pk=team_id)
    form = TeamForm(request.POST or None, initial=TeamForm.initial_of(found))
    back = reverse("crm:team", args=[found.pk])
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            service.change_team(
                actor=request.user,
                team=found,
                name=given["name"],
                kind=given["kind"],
                hours=given["hours"],
                now=clock.now(),
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, back)
    remove = "" if found.retired_at else reverse("crm:team_retire", args=[found.pk])
    return show_sheet(request, form, title=found.name, back=back, remove_url=remove)


@settings_required
@require_POST
def team_retire(request: Request, team_id: int) -> HttpResponse:
    found = get_object_or_404(Team, pk=team_id)
    service.retire_team(actor=request.user, team=found, now=clock.now())
    return saved(request, reverse("crm:team_list"), _("%(team)s takes nothing new.") % {"team": found.name})


@staff_required
@require_http_methods(["GET", "POST"])
def member_set(request: Request, team_id: int, membership_id: int | None = None) -> HttpResponse:
    """Add somebody, or change what was said of a membership."""
    found = get_object_or_404(Team, pk=team_id)
    today = company_day(clock.now())
    if not can_lead_team(request.user, found, on=today):
        raise PermissionDenied
    membership = get_object_or_404(TeamMembership, pk=membership_id, team=found) if membership_id else None
    initial = {"valid_from": today, "role": TeamMembership.Role.MEMBER}
    if membership is not None:
        initial = {name: getattr(membership, name) for name in ("role", "valid_from", "valid_to")}
        initial["user"] = membership.user_id
    form = MemberForm(request.POST or None, initial=initial)
    back = reverse("crm:team", args=[found.pk])
    if request.method == "POST" and form.is_valid():
        try:
            service.set_member(
                actor=request.user, team=found, membership=membership, on=today, now=clock.now(), **form.cleaned_data
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, back)
    remove = reverse("crm:member_end", args=[found.pk, membership.pk]) if membership else ""
    title = str(membership.user) if membership else _("New member")
    return show_sheet(request, form, title=title, back=back, remove_url=remove)


@staff_required
@require_POST
def member_end(request: Request, team_id: int, membership_id: int) -> HttpResponse:
    found = get_object_or_404(Team, pk=team_id)
    membership = get_object_or_404(TeamMembership.objects.select_related("team", "user"), pk=membership_id, team=found)
    now = clock.now()
    service.end_member(actor=request.user, membership=membership, on=company_day(now), now=now)
    return saved(request, reverse("crm:team", args=[found.pk]))
