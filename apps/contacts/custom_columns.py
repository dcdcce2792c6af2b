"""Custom fields in the contact list: a column for each, a filter and a sort where it is filterable."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from apps.contacts.models import Entity, EntityReference, FieldDefinition
from apps.contacts.selectors.fields import FOLDED, alias_of, annotate_value, value_condition
from apps.contacts.values import show_value
from apps.core.listing import (
    ChoiceFilter,
    Column,
    DateRangeFilter,
    Filter,
    NumberRangeFilter,
    RecordFilter,
    TextFilter,
    YesNoFilter,
)
from apps.core.prepared import Prepared

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.contacts.models.entities import EntityQuerySet

Type = FieldDefinition.Type
_CHOOSY = (Type.CHOICE, Type.MULTI_CHOICE)
Narrow = Callable[[QuerySet[Any], tuple[str, ...]], QuerySet[Any]]


def list_fields() -> list[FieldDefinition]:
    """The live fields of persons and organisations; a key that both have is one column."""
    fields = {field.key: field for field in _live_fields.ask({})}
    prefetch_related_objects([field for field in fields.values() if field.field_type in _CHOOSY], "choices")
    return list(fields.values())[::-1]


@Prepared
def _live_fields() -> QuerySet[FieldDefinition]:
    found = FieldDefinition.objects.filter(target__in=["person", "organisation"], retired_at__isnull=True)
    return found.order_by("-position", "-label", "-pk")


def custom_columns(fields: list[FieldDefinition], user: User) -> list[Column]:
    return [
        Column(
            f"custom.{field.key}",
            field.label,
            _cell(field),
            sort=(alias_of(field),) if field.is_filterable else (),
            default=False,
            prefetch=(_references(user),) if field.field_type == Type.ENTITY else (),
            numeric=field.field_type in (Type.NUMBER, Type.MONEY),
        )
        for field in fields
    ]


def _references(user: User) -> Prefetch[str]:
    """Whom fields point to, as far as `user` sees them."""
    seen = Entity.objects.visible_to(user).live()
    rows = EntityReference.objects.filter(referenced__in=seen).select_related("referenced")
    return Prefetch("references", rows)


def with_sort_values(queryset: EntityQuerySet, fields: list[FieldDefinition]) -> EntityQuerySet:
    """Name the values of filterable fields, so that the list can sort and filter by them; unused ones cost nothing."""
    for field in fields:
        if field.is_filterable:
            queryset = annotate_value(queryset, field)
    return queryset


def custom_filters(fields: list[FieldDefinition], user: User) -> list[Filter]:
    return [_filter(field, user) for field in fields if field.is_filterable]


def _cell(field: FieldDefinition) -> Callable[[Entity], object]:
    if field.field_type == Type.ENTITY:
        return lambda entity: next(
            (each.referenced.display_name for each in entity.references.all() if each.field_id == field.pk), ""
        )
    choices = list(field.choices.all()) if field.field_type in _CHOOSY else []
    return lambda entity: show_value(field, entity.attributes.get(field.key), choices=choices)


def _filter(field: FieldDefinition, user: User) -> Filter:
    shared: dict[str, Any] = {"key": f"custom-{field.key}", "title": field.label, "section": _("Own fields")}
    match field.field_type:
        case Type.CHOICE | Type.MULTI_CHOICE:
            choices = [(choice.key, choice.label) for choice in field.choices.all()]
            return ChoiceFilter(choices=choices, narrow=_any(field), **shared)
        case Type.YES_NO:
            return YesNoFilter(narrow=_truth(field), **shared)
        case Type.NUMBER | Type.MONEY:
            return NumberRangeFilter(field=alias_of(field), **shared)
        case Type.DATE:
            return DateRangeFilter(field=alias_of(field), narrow=_days(field), **shared)
        case Type.ENTITY:
            scope = Entity.objects.visible_to(user)
            return RecordFilter(
                narrow=_any_entity(field),
                pick_url=reverse("contacts:pick"),
                titles=lambda ids: [
                    (str(pk), name) for pk, name in scope.filter(pk__in=ids).values_list("pk", "display_name")
                ],
                **shared,
            )
        case kind if kind in FOLDED:
            return TextFilter(narrow=_contains(field), **shared)
        case _:
            return TextFilter(narrow=_contains(field), **shared)


def _any(field: FieldDefinition) -> Narrow:
    return lambda queryset, values: queryset.filter(value_condition(field, "any", values))


def _any_entity(field: FieldDefinition) -> Narrow:
    return lambda queryset, values: queryset.filter(value_condition(field, "any", [int(value) for value in values]))


def _contains(field: FieldDefinition) -> Narrow:
    return lambda queryset, values: queryset.filter(value_condition(field, "contains", values[0]))


def _truth(field: FieldDefinition) -> Narrow:
    return lambda queryset, values: queryset.filter(value_condition(field, "is", values[0] == "yes"))


def _days(field: FieldDefinition) -> Narrow:
    """Days are kept as ISO text, which sorts as days do."""

    def narrow(queryset: QuerySet[Any], values: tuple[str, ...]) -> QuerySet[Any]:
        start, end = (parse_date(value) for value in values)
        if start:
            queryset = queryset.filter(value_condition(field, "from", start.isoformat()))
        return queryset.filter(value_condition(field, "to", end.isoformat())) if end else queryset

    return narrow
