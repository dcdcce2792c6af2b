"""Pipelines and their stages, for administrators."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import settings_required
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.setting_sheets import refused, saved, show_sheet
from apps.crm.forms.journeys import IntoForm, PipelineForm, PipelineNameForm, StageForm
from apps.crm.models import JourneyStep, Pipeline, PipelineStage
from apps.crm.selectors.pipelines import pipeline_rows, stage_rows
from apps.crm.services import pipeline_setup as service

FORM = "crm/settings/setting_form.html"


@settings_required
@require_GET
def pipeline_list(request: Request) -> HttpResponse:
    rows = pipeline_rows()
    context = {
        "pipelines": [row for row in rows if row.pipeline.retired_at is None],
        "retired": [row.pipeline for row in rows if row.pipeline.retired_at],
    }
    return render_page(request, "crm/settings/pipelines.html", context)


@settings_required
@require_GET
def pipeline(request: Request, pipeline_id: int) -> HttpResponse:
    """One pipeline with its stages in their order."""
    found = get_object_or_404(Pipeline.objects.select_related("persona"), pk=pipeline_id)
    rows = stage_rows(found)
    context = {
        "pipeline": found,
        "stages": [row for row in rows if row.stage.retired_at is None],
        "retired": [row.stage for row in rows if row.stage.retired_at],
    }
    return render_page(request, "crm/settings/pipeline.html", context)


@settings_required
@require_http_methods(["GET", "POST"])
def pipeline_add(request: Request) -> HttpResponse:
    form = PipelineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = service.make_pipeline(actor=request.user, now=clock.now(), **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, _page(made))
    return show_sheet(request, form, title=_("New pipeline"), back=reverse("crm:pipelines"))


@settings_required
@require_http_methods(["GET", "POST"])
def pipeline_edit(request: Request, pipeline_id: int) -> HttpResponse:
    found = get_object_or_404(Pipeline, pk=pipeline_id)
    form = PipelineNameForm(request.POST or None, initial={"name": found.title})
    if request.method == "POST" and form.is_valid():
        try:
            service.change_pipeline(actor=request.user, pipeline=found, now=clock.now(), **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, _page(found))
    retire = "" if found.retired_at else reverse("crm:pipeline_retire", args=[found.pk])
    return show_sheet(request, form, title=found.title, back=_page(found), template=FORM, retire_url=retire)


@settings_required
@require_POST
def pipeline_retire(request: Request, pipeline_id: int) -> HttpResponse:
    """Show its board nowhere, or (`again`) once more."""
    found = get_object_or_404(Pipeline, pk=pipeline_id)
    again = "again" in request.POST
    back = reverse("crm:pipelines")
    try:
        service.retire_pipeline(actor=request.user, pipeline=found, now=clock.now(), retired=not again)
    except ValidationError as error:
        return refused(request, back, error)
    text = _("“%(name)s” is back.") if again else _("“%(name)s” is retired; where contacts stand on it is kept.")
    return saved(request, back, text % {"name": found.title})


@settings_required
@require_POST
def pipeline_order(request: Request) -> HttpResponse:
    live = {str(each.pk): each for each in Pipeline.objects.offered().order_by("position", "pk")}
    sent = [live.pop(pk) for pk in dict.fromkeys(request.POST.getlist("rows")) if pk in live]
    service.order_pipelines(actor=request.user, pipelines=[*sent, *live.values()], now=clock.now())
    return saved(request, reverse("crm:pipelines"))


@settings_required
@require_http_methods(["GET", "POST"])
def stage_add(request: Request, pipeline_id: int) -> HttpResponse:
    found = get_object_or_404(Pipeline, pk=pipeline_id)
    form = StageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            service.make_stage(actor=request.user, pipeline=found, data=form.data_input(), now=clock.now())
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, _page(found))
    return show_sheet(request, form, title=_("New stage"), back=_page(found))


@settings_required
@require_http_methods(["GET", "POST"])
def stage_edit(request: Request, pipeline_id: int, stage_id: int) -> HttpResponse:
    stage = _stage(pipeline_id, stage_id)
    names = ("colour", "outcome", "probability", "stuck_after")
    initial = {"name": stage.title} | {name: getattr(stage, name) for name in names}
    form = StageForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            service.change_stage(actor=request.user, stage=stage, data=form.data_input(), now=clock.now())
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, _page(stage.pipeline))
    leave = "" if stage.retired_at else reverse("crm:stage_retire", args=[stage.pipeline_id, stage.pk])
    return show_sheet(request, form, title=stage.title, back=_page(stage.pipeline), template=FORM, leave_url=leave)


@settings_required
@require_http_methods(["GET", "POST"])
def stage_retire(request: Request, pipeline_id: int, stage_id: int) -> HttpResponse:
    """Asks where those go who stand there, and offers it no longer; or (`again`) once more."""
    stage = _stage(pipeline_id, stage_id)
    back = _page(stage.pipeline)
    again = "again" in request.POST
    number = JourneyStep.objects.current().filter(stage=stage).count() + stage.opportunities.count()
    form = IntoForm(request.POST or None, stage=stage)
    if request.method == "POST" and (again or number == 0 or form.is_valid()):
        into = None if again or number == 0 else form.cleaned_data["into"]
        try:
            service.retire_stage(actor=request.user, stage=stage, into=into, now=clock.now(), retired=not again)
        except ValidationError as error:
            if again:
                return refused(request, back, error)
            show_errors(form, error)
        else:
            return saved(request, back)
    if stage.pipeline.purpose == Pipeline.Purpose.OPPORTUNITY:
        text = ngettext("%(count)d opportunity stands there.", "%(count)d opportunities stand there.", number)
    else:
        text = ngettext("%(count)d contact stands there.", "%(count)d contacts stand there.", number)
    title = _("Retire “%(stage)s”") % {"stage": stage.title}
    context = {"text": text % {"count": number}, "number": number}
    return show_sheet(request, form, title=title, back=back, template="crm/settings/stage_retire.html", **context)


@settings_required
@require_POST
def stage_order(request: Request, pipeline_id: int) -> HttpResponse:
    found = get_object_or_404(Pipeline, pk=pipeline_id)
    live = {str(each.pk): each for each in found.stages.offered().order_by("position", "pk")}
    sent = [live.pop(pk) for pk in dict.fromkeys(request.POST.getlist("rows")) if pk in live]
    service.order_stages(actor=request.user, stages=[*sent, *live.values()], now=clock.now())
    return saved(request, _page(found))


def _page(pipeline: Pipeline) -> str:
    return reverse("crm:pipeline", args=[pipeline.pk])


def _stage(pipeline_id: int, stage_id: int) -> PipelineStage:
    stages = PipelineStage.objects.select_related("pipeline")
    return get_object_or_404(stages, pk=stage_id, pipeline=pipeline_id)
