"""Jobs and other relationships of a contact."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.decorators import staff_required
from apps.contacts.forms.custom import custom_values
from apps.contacts.forms.ties import JobForm, RelationshipForm
from apps.contacts.models import Entity, Participant, Relationship
from apps.contacts.services import relationships
from apps.contacts.services.errors import EditConflict, InTrash
from apps.contacts.services.inputs import JobInput
from apps.contacts.services.relationships import ParticipantInput
from apps.contacts.services.tie_forms import update_job, update_tie
from apps.contacts.views.lookups import editable_entity
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.sheets import close_sheet
from apps.core.toasts import toast


@staff_required
@require_http_methods(["GET", "POST"])
def job_add(request: Request, entity_id: int) -> HttpResponse:
    entity = editable_entity(request, entity_id)
    form = JobForm(request.POST or None, user=request.user, initial={"is_primary": not entity.organisation})
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        organisation: Entity | None = typed["organisation_entity"]
        job = JobInput(
            organisation_id=organisation.pk if organisation else None,
            organisation_name=typed["organisation"],
            title=typed["job_title"],
            department=typed["department"],
            role=typed["role"],
            is_primary=typed["is_primary"],
            valid_from=typed["valid_from"],
            valid_to=typed["valid_to"],
        )
        try:
            relationships.add_job(actor=request.user, person=entity, job=job, now=clock.now())
        except ValidationError as error:
            show_errors(form, error)
        except InTrash as error:
            form.add_error(None, str(error))
        else:
            return _done(request, entity)
    return _sheet(request, entity, form, _("Add a job"))


@staff_required
@require_http_methods(["GET", "POST"])
def job_edit(request: Request, entity_id: int, relationship_id: int) -> HttpResponse:
    entity = editable_entity(request, entity_id)
    job = get_object_or_404(
        Participant.objects.select_related("relationship", "relationship__type"),
        relationship=relationship_id,
        entity=entity,
        side=Participant.Side.SOURCE,
        relationship__type__key="works_for",
    )
    tie = job.relationship
    form = JobForm(
        request.POST or None,
        user=request.user,
        initial={
            "job_title": job.job_title,
            "department": job.department,
            "role": job.role,
            "is_primary": job.is_primary,
            "valid_from": tie.valid_from,
            "valid_to": tie.valid_to,
        },
        is_new=False,
    )
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            update_job(
                actor=request.user,
                job=job,
                words={name: typed[name] for name in ("job_title", "department", "role")},
                valid_from=typed["valid_from"],
                valid_to=typed["valid_to"],
                is_primary=typed["is_primary"],
                now=clock.now(),
            )
        except ValidationError as error:
            show_errors(form, error)
        except EditConflict as error:
            form.add_error(None, str(error))
        else:
            return _done(request, entity)
    return _sheet(request, entity, form, _("Job"), remove=tie)


@staff_required
@require_http_methods(["GET", "POST"])
def relationship_add(request: Request, entity_id: int) -> HttpResponse:
    entity = editable_entity(request, entity_id)
    initial = {"reading": request.GET["reading"]} if request.GET.get("reading") else {}
    form = RelationshipForm(request.POST or None, user=request.user, entity=entity, initial=initial)
    if request.method == "POST" and "refresh" not in request.POST and form.is_valid():
        try:
            kind, side = form.chosen_type()
            other_side = Participant.Side.TARGET if side == Participant.Side.SOURCE else Participant.Side.SOURCE
            relationships.add_relationship(
                actor=request.user,
                type=kind,
                participants=[
                    ParticipantInput(entity.pk, side, role=form.cleaned_data["role"]),
                    *[ParticipantInput(other.pk, other_side) for other in form.cleaned_data["others"]],
                ],
                now=clock.now(),
                attributes=custom_values(form),
                **_own(form),
            )
        except ValidationError as error:
            show_errors(form, error)
        else:
            return _done(request, entity)
    return _sheet(request, entity, form, _("Add a relationship"))


@staff_required
@require_http_methods(["GET", "POST"])
def relationship_edit(request: Request, entity_id: int, relationship_id: int) -> HttpResponse:
    entity = editable_entity(request, entity_id)
    tie = _tie(entity, relationship_id)
    mine = tie.participants.filter(entity=entity).order_by("pk")[0]
    others = Participant.objects.filter(relationship=tie).exclude(pk=mine.pk)
    form = RelationshipForm(
        request.POST or None,
        user=request.user,
        entity=entity,
        relationship=tie,
        initial={
            "reading": f"{tie.type_id}:{mine.side}",
            "others": list(others.values_list("entity_id", flat=True)),
            "role": mine.role,
            "name": tie.name,
            "description": tie.description,
            "valid_from": tie.valid_from,
            "valid_to": tie.valid_to,
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            update_tie(
                actor=request.user,
                relationship=tie,
                seen_from=mine,
                fields={**_own(form), "attributes": custom_values(form)},
                role=form.cleaned_data["role"],
                others=list(form.cleaned_data["others"]),
                now=clock.now(),
            )
        except ValidationError as error:
            show_errors(form, error)
        except EditConflict as error:
            form.add_error(None, str(error))
        else:
            return _done(request, entity)
    return _sheet(request, entity, form, _("Relationship"), remove=tie)


@staff_required
@require_POST
def relationship_remove(request: Request, entity_id: int, relationship_id: int) -> HttpResponse:
    entity = editable_entity(request, entity_id)
    relationships.remove_relationship(actor=request.user, relationship=_tie(entity, relationship_id), now=clock.now())
    toast(request, _("The relationship was removed."))
    return redirect("contacts:entity_tab", entity_id=entity.pk, tab="relations")


def _own(form: RelationshipForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in ("name", "description", "valid_from", "valid_to")}


def _tie(entity: Entity, relationship_id: int) -> Relationship:
    return get_object_or_404(
        Relationship.objects.select_related("type").filter(participants__entity=entity).distinct(), pk=relationship_id
    )


def _done(request: Request, entity: Entity) -> HttpResponse:
    toast(request, _("Saved"))
    return close_sheet(request, reverse("contacts:entity_tab", args=[entity.pk, "relations"]))


def _sheet(request: Request, entity: Entity, form: Any, title: str, remove: Relationship | None = None) -> HttpResponse:
    context = {"entity": entity, "form": form, "title": title, "remove": remove}
    status = 422 if form.errors else 200
    return render_page(request, "contacts/tie_form.html", context, fragment="sheet", status=status)
