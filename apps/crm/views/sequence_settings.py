"""Sequences and their steps, built by administrators and managers."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db.models import Count, Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.decorators import door
from apps.accounts.permissions import is_manager
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.setting_sheets import saved, show_sheet
from apps.crm.forms.sequences import SETTINGS, SequenceForm
from apps.crm.models import Enrolment, Sequence, SequenceStep
from apps.crm.services.sequences import save_sequence

manager_required = door(is_manager)


@manager_required
@require_GET
def sequence_list(request: Request) -> HttpResponse:
    ends = Enrolment.End
    steps = Prefetch(
        "steps", SequenceStep.objects.select_related("template").order_by("position"), to_attr="steps_in_order"
    )
    rows = Sequence.objects.prefetch_related(steps).annotate(
        active_count=Count("enrolments", filter=Q(enrolments__ended_at__isnull=True)),
        answered_count=Count("enrolments", filter=Q(enrolments__end_reason=ends.ANSWERED)),
        past_count=Count("enrolments", filter=Q(enrolments__ended_at__isnull=False)),
    )
    return render_page(request, "crm/sequences.html", {"sequences": rows.order_by("name", "pk")})


@manager_required
@require_http_methods(["GET", "POST"])
def sequence_add(request: Request) -> HttpResponse:
    return _sheet(request, None)


@manager_required
@require_http_methods(["GET", "POST"])
def sequence_edit(request: Request, sequence_id: int) -> HttpResponse:
    return _sheet(request, get_object_or_404(Sequence, pk=sequence_id))


def _sheet(request: Request, sequence: Sequence | None) -> HttpResponse:
    form = SequenceForm(request.POST or None, initial=SequenceForm.initial_of(sequence) if sequence else None)
    back = reverse("crm:sequences")
    if request.method == "POST" and form.is_valid():
        fields = {name: form.cleaned_data[name] for name in SETTINGS}
        try:
            save_sequence(actor=request.user, now=clock.now(), sequence=sequence, steps=form.steps(), **fields)
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, back)
    text = _("Contacts that are in it go on with the steps they began with.")
    return show_sheet(request, form, title=sequence.name if sequence else _("New sequence"), back=back, text=text)
