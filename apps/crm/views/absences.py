"""Absences: one's own, and for leads and managers those of their people."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import staff_required
from apps.accounts.models import User
from apps.accounts.selectors import staff_users
from apps.core import clock
from apps.core.clock import company_day
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.setting_sheets import saved, show_sheet
from apps.crm.forms.people import AbsenceForm
from apps.crm.models import Absence
from apps.crm.permissions.teams import can_note_absence
from apps.crm.selectors.team_pages import absences_of
from apps.crm.services import absences as service


@staff_required
@require_GET
def absence_list(request: Request, user_id: int | None = None) -> HttpResponse:
    whose = _whose(request, user_id)
    today = company_day(clock.now())
    context = {
        "whose": whose,
        "is_mine": whose.pk == request.user.pk,
        "absences": absences_of(whose)[:200],
        "today": today,
    }
    return render_page(request, "crm/absences.html", context)


@staff_required
@require_http_methods(["GET", "POST"])
def absence_add(request: Request, user_id: int) -> HttpResponse:
    whose = _whose(request, user_id)
    form = AbsenceForm(request.POST or None, initial={"starts_on": company_day(clock.now())})
    back = _home(request, whose)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            service.set_absence(
                actor=request.user,
                user=whose,
                starts_on=given["starts_on"],
                ends_on=given["ends_on"],
                replaced_by=given["stand_in"],
                now=clock.now(),
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, back)
    return show_sheet(request, form, title=_("Absence of %(name)s") % {"name": whose}, back=back)


@staff_required
@require_http_methods(["GET", "POST"])
def absence_edit(request: Request, absence_id: int) -> HttpResponse:
    found = _absence(request, absence_id)
    initial = {"starts_on": found.starts_on, "ends_on": found.ends_on, "stand_in": found.stand_in_id}
    form = AbsenceForm(request.POST or None, initial=initial)
    back = _home(request, found.user)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            service.change_absence(
                actor=request.user,
                absence=found,
                starts_on=given["starts_on"],
                ends_on=given["ends_on"],
                replaced_by=given["stand_in"],
                now=clock.now(),
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, back)
    remove = reverse("crm:absence_remove", args=[found.pk])
    title = _("Absence of %(name)s") % {"name": found.user}
    return show_sheet(request, form, title=title, back=back, remove_url=remove)


@staff_required
@require_POST
def absence_remove(request: Request, absence_id: int) -> HttpResponse:
    found = _absence(request, absence_id)
    service.remove_absence(actor=request.user, absence=found, now=clock.now())
    return saved(request, _home(request, found.user))


def _whose(request: Request, user_id: int | None) -> User:
    if user_id is None or user_id == request.user.pk:
        return request.user
    whose = get_object_or_404(staff_users(), pk=user_id)
    if not can_note_absence(request.user, whose, on=company_day(clock.now())):
        raise PermissionDenied
    return whose


def _absence(request: Request, absence_id: int) -> Absence:
    found = get_object_or_404(Absence.objects.select_related("user", "stand_in"), pk=absence_id)
    if not can_note_absence(request.user, found.user, on=company_day(clock.now())):
        raise PermissionDenied
    return found


def _home(request: Request, whose: User) -> str:
    mine = whose.pk == request.user.pk
    return reverse("crm:my_absences") if mine else reverse("crm:absences_of", args=[whose.pk])
