"""Sequences of one contact: shown on its page, begun and stopped in short sheets."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import staff_required
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.clock import company_day
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.setting_sheets import saved, show_sheet
from apps.core.sheets import way_back
from apps.core.toasts import toast
from apps.crm.forms.sequences import BeginForm, StopForm
from apps.crm.models import Enrolment
from apps.crm.permissions.contacts import manages_contact
from apps.crm.selectors.sequences import with_mails
from apps.crm.services.sequences import enrol, pause, resume, stop

_PAST = 20  # ended ones told; all of them are in the history


@staff_required
@require_GET
def contact_sequences(request: Request, entity_id: int) -> HttpResponse:
    entity = get_object_or_404(Entity.objects.visible_to(request.user), pk=entity_id)
    rows = (
        Enrolment.objects.visible_to(request.user)
        .filter(entity=entity)
        .select_related("sequence", "entity", "ended_by")
    )
    context = {
        "entity": entity,
        "back": reverse("contacts:entity", args=[entity.pk]),
        "active": with_mails(rows.active().order_by("due_on", "pk")),
        "past": with_mails(rows.filter(ended_at__isnull=False).order_by("-ended_at", "-pk"))[:_PAST],
        "may_change": manages_contact(request.user, entity, on=company_day(clock.now())),
    }
    return render_page(request, "crm/contact_sequences.html", context, fragment="panel")


@staff_required
@require_http_methods(["GET", "POST"])
def sequence_begin(request: Request, entity_id: int) -> HttpResponse:
    entity = get_object_or_404(Entity.objects.visible_to(request.user).live(), pk=entity_id)
    _ask(request, entity)
    form = BeginForm(request.POST or None)
    back = reverse("contacts:entity", args=[entity.pk])
    if request.method == "POST" and form.is_valid():
        sequence = form.cleaned_data["sequence"]
        try:
            made = enrol(actor=request.user, sequence=sequence, entity_ids=[entity.pk], now=clock.now())
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, back, _("The sequence has begun.") if made else _("It is in this sequence already."))
    return show_sheet(request, form, title=_("Begin a sequence"), back=back)


@staff_required
@require_http_methods(["GET", "POST"])
def enrolment_stop(request: Request, enrolment_id: int) -> HttpResponse:
    rows = Enrolment.objects.visible_to(request.user).select_related("entity", "sequence")
    enrolment = get_object_or_404(rows, pk=enrolment_id)
    _ask(request, enrolment.entity)
    form = StopForm(request.POST if request.method == "POST" else None)
    back = way_back(request, reverse("contacts:entity", args=[enrolment.entity_id]))
    if request.method == "POST" and form.is_valid():
        stop(actor=request.user, enrolment=enrolment, now=clock.now(), words=form.cleaned_data["words"])
        return saved(request, back, _("The sequence is stopped."))
    title = _("Stop “%(name)s”") % {"name": enrolment.sequence.name}
    return show_sheet(request, form, title=title, back=back)


@staff_required
@require_POST
def enrolment_pause(request: Request, enrolment_id: int) -> HttpResponse:
    return _rest(request, enrolment_id, pause, _("The contact rests in the sequence."))


@staff_required
@require_POST
def enrolment_resume(request: Request, enrolment_id: int) -> HttpResponse:
    return _rest(request, enrolment_id, resume, _("The contact goes on in the sequence."))


def _rest(request: Request, enrolment_id: int, work: Callable[..., None], text: str) -> HttpResponse:
    """Back to where the button stood: the contact, or the page of the sequence."""
    rows = Enrolment.objects.visible_to(request.user).select_related("entity", "sequence")
    enrolment = get_object_or_404(rows, pk=enrolment_id)
    work(actor=request.user, enrolment=enrolment, now=clock.now())
    toast(request, text)
    return redirect(way_back(request, reverse("contacts:entity", args=[enrolment.entity_id])))


def _ask(request: Request, entity: Entity) -> None:
    if not manages_contact(request.user, entity, on=company_day(clock.now())):
        raise PermissionDenied
