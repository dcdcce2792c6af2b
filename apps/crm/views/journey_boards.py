"""Boards of journeys: where contacts stand, moved by hand, with what others move meanwhile."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.decorators import staff_required
from apps.contacts.models import Entity
from apps.core import clock
from apps.core.clock import company_day
from apps.core.htmx import Request, render_page
from apps.core.sheets import page_before
from apps.core.toasts import with_toast
from apps.crm.forms.boards import BoardFilterForm
from apps.crm.models import JourneyStep, Pipeline, PipelineStage
from apps.crm.models.pipelines import PipelineQuerySet
from apps.crm.permissions.contacts import manages_contact
from apps.crm.selectors.boards import board_of, cards_of, more_of
from apps.crm.services.journeys import move_contact
from apps.crm.views.contact_personas import told

BOARD = "crm/journey_board.html"
_MOST_IDS = 200


@staff_required
@require_GET
def boards(request: Request) -> HttpResponse:
    """The first journey's board."""
    first = _journeys().first()
    if first is None:
        return render_page(request, "crm/journey_none.html", {})
    return redirect("crm:journey_board", pipeline_id=first.pk)


@staff_required
@require_GET
def board(request: Request, pipeline_id: int) -> HttpResponse:
    """`column` and `after` ask for a column's next cards, `cards` for those of these contacts."""
    pipeline = get_object_or_404(Pipeline.objects.filter(purpose=Pipeline.Purpose.JOURNEY), pk=pipeline_id)
    form = BoardFilterForm(request.GET, user=request.user)
    wanted, now = form.wanted(), clock.now()
    column, after, cards = (request.GET.get(name, "") for name in ("column", "after", "cards"))
    query = request.GET.copy()
    for name in ("column", "after", "cards"):
        query.pop(name, None)
    context: dict[str, Any] = {"pipeline": pipeline, "query": query.urlencode(), "move_url": _move_url(pipeline)}
    if after:
        stage = get_object_or_404(
            PipelineStage.objects.select_related("pipeline"), pk=_number(column), pipeline=pipeline
        )
        found = more_of(request.user, stage, wanted, after, now=now)
        return render_page(request, BOARD, context | {"column": found}, fragment="more")
    if cards:
        ids = [_number(each) for each in cards.split(",")[:_MOST_IDS]]
        patch = cards_of(request.user, pipeline, wanted, [pk for pk in ids if pk], now=now)
        return render_page(request, BOARD, context | {"board": patch}, fragment="board")
    context |= {
        "form": form,
        "board": board_of(request.user, pipeline, wanted, now=now),
        "tabs": [
            {
                "title": each.title,
                "url": reverse("crm:journey_board", args=[each.pk]),
                "is_current": each.pk == pipeline.pk,
                "count": None,
            }
            for each in _journeys()
        ],
    }
    return render_page(request, BOARD, context, fragment="board")


@staff_required
@require_http_methods(["GET", "POST"])
def journey_move(request: Request, pipeline_id: int, entity_id: int) -> HttpResponse:
    """`place` is the stage, `seen` the one where the mover saw the contact (0: nowhere); asked, all stages."""
    entity = get_object_or_404(Entity.objects.visible_to(request.user).live(), pk=entity_id)
    pipeline = get_object_or_404(Pipeline.objects.offered().filter(purpose="journey"), pk=pipeline_id)
    now = clock.now()
    if not manages_contact(request.user, entity, on=company_day(now)):
        raise PermissionDenied
    if request.method == "GET":
        return _places(request, entity, pipeline)
    from_board = request.headers.get("HX-Target") == "board"
    try:
        stage, operation = _move(request, entity, pipeline)
    except ValidationError as error:
        words = " ".join(error.messages)
        if from_board:
            return with_toast(HttpResponse(status=422), words, kind="danger")
        return told(request, entity, words, kind="danger")
    words = _("%(contact)s: “%(stage)s”") % {"contact": entity.display_name, "stage": stage.title}
    undo_url = reverse("core:operation_undo", args=[operation]) if operation else ""
    if from_board:
        return with_toast(HttpResponse(status=204), words, undo_url=undo_url)
    return told(request, entity, words, undo_url=undo_url)


def _move(request: Request, entity: Entity, pipeline: Pipeline) -> tuple[PipelineStage, int | None]:
    place, seen = request.POST.get("place", "").partition(":")[0], request.POST.get("seen", "")
    stages = PipelineStage.objects.select_related("pipeline").filter(pipeline=pipeline)
    stage = stages.filter(pk=_number(place)).first()
    if stage is None:
        raise ValidationError({"stage": _("There is no such choice.")})
    operation = move_contact(
        actor=request.user,
        entity=entity,
        stage=stage,
        reason=request.POST.get("reason", "").replace("\x00", ""),
        seen_stage=int(seen) if seen.isdecimal() and len(seen) < 19 else None,
        now=clock.now(),
    )
    return stage, operation


def _places(request: Request, entity: Entity, pipeline: Pipeline) -> HttpResponse:
    step = JourneyStep.objects.visible_to(request.user).current().filter(entity=entity, pipeline=pipeline).first()
    context = {
        "entity": entity,
        "pipeline": pipeline,
        "stages": pipeline.stages.offered().order_by("position", "pk"),
        "current": step.stage_id if step else 0,
        "back": page_before(request, reverse("crm:journey_board", args=[pipeline.pk])),
    }
    return render_page(request, "crm/journey_move.html", context, fragment="sheet")


def _journeys() -> PipelineQuerySet:
    return Pipeline.objects.offered().filter(purpose=Pipeline.Purpose.JOURNEY).order_by("position", "pk")


def _move_url(pipeline: Pipeline) -> str:
    return reverse("crm:journey_move", args=[pipeline.pk, 0])


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0
