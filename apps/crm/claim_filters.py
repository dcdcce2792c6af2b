"""Filters of the claim managers' list by what the report of causes counts; its figures lead here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core.listing import ChoiceFilter, TextFilter
from apps.crm.forms.claim_report import NO_PRODUCT
from apps.crm.models import ClaimCause, ClaimPart, PartKind, Plant
from apps.crm.selectors.claim_causes import NONE, PRODUCT

if TYPE_CHECKING:
    from apps.core.listing.filters import Choices, Filter, Values


def cause_filters() -> list[Filter]:
    return [
        ChoiceFilter(
            key="part",
            title=_("Part"),
            choices=[*PartKind.choices, (NONE, _("No part marked"))],
            narrow=_of_parts,
        ),
        ChoiceFilter(key="cause", title=_("Cause"), choices=_causes, narrow=_of_causes),
        ChoiceFilter(key="plant", title=_("Plant"), field="plant", choices=_plants),
        TextFilter(key="product", title=_("Product"), narrow=_of_product),
    ]


def _of_parts(queryset: QuerySet[Any], values: Values) -> QuerySet[Any]:
    marks = ClaimPart.objects.filter(claim=OuterRef("pk"))
    wanted = Q(Exists(marks.filter(kind__in=values)))
    return queryset.filter(wanted | ~Q(Exists(marks)) if NONE in values else wanted)


def _of_causes(queryset: QuerySet[Any], values: Values) -> QuerySet[Any]:
    wanted = Q(cause__in=[int(value) for value in values if value != NONE])
    return queryset.filter(wanted | Q(cause__isnull=True) if NONE in values else wanted)


def _of_product(queryset: QuerySet[Any], values: Values) -> QuerySet[Any]:
    """Its very name: a figure is to lead to what it counts."""
    product = "" if values[0] == NO_PRODUCT else values[0]
    named: QuerySet[Any] = queryset.alias(product=PRODUCT).filter(product=product)
    return named


def _causes() -> Choices:
    return [
        *((str(cause.pk), str(cause)) for cause in ClaimCause.objects.order_by("position", "pk")),
        (NONE, _("Not decided")),
    ]


def _plants() -> Choices:
    return [(str(plant.pk), plant.name) for plant in Plant.objects.order_by("position", "pk")]
