"""Custom fields: their definitions, and how a queryset filters and sorts by them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import (
    CharField,
    DecimalField,
    Exists,
    Expression,
    F,
    Func,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.fields.json import KeyTextTransform, KeyTransform

from apps.contacts.models import EntityReference, FieldChoice, FieldDefinition
from apps.contacts.models.entities import Fold
from apps.core.kept import Kept

if TYPE_CHECKING:
    from apps.contacts.models import RelationshipType

Type = FieldDefinition.Type
FOLDED = frozenset({Type.TEXT, Type.LONG_TEXT, Type.URL, Type.EMAIL, Type.PHONE})


class _Numeric(Func):
    """Without digits, as in the field's index: `CAST` of Django's would round."""

    template = "(%(expressions)s)::numeric"
    output_field = DecimalField(max_digits=40, decimal_places=10)


def definitions_for(
    target: str, *, relationship_type: RelationshipType | None = None, with_retired: bool = False
) -> list[FieldDefinition]:
    """The fields of "person", "organisation", "unit" or a relationship type in their order, with their choices.

    Those in use that belong to no relationship type are kept, and not to be changed; of others two queries.
    """
    if relationship_type is None and not with_retired:
        return [definition for definition in _in_use() if definition.target == target]
    found = FieldDefinition.objects.filter(target=target, relationship_type=relationship_type)
    if not with_retired:
        found = found.filter(retired_at__isnull=True)
    return list(_with_choices(found))


def _with_choices(definitions: QuerySet[FieldDefinition]) -> QuerySet[FieldDefinition]:
    choices = Prefetch("choices", queryset=FieldChoice.objects.order_by("position", "pk"))
    return definitions.order_by("position", "pk").prefetch_related(choices)


@Kept
def _in_use() -> list[FieldDefinition]:
    return list(_with_choices(FieldDefinition.objects.filter(relationship_type=None, retired_at__isnull=True)))


def value_expression(definition: FieldDefinition) -> Expression | F:
    """What to annotate and sort by; the same expression as that of the field's index."""
    match definition.field_type:
        case Type.NUMBER:
            return _Numeric(KeyTextTransform(definition.key, "attributes"))
        case Type.MONEY:
            amount = KeyTextTransform("amount", KeyTransform(definition.key, "attributes"))
            return _Numeric(amount)
        case field_type if field_type in FOLDED:
            return Fold(KeyTextTransform(definition.key, "attributes"))
        case _:
            return KeyTextTransform(definition.key, "attributes", output_field=TextField())


def value_condition(definition: FieldDefinition, operator: str, value: Any) -> Q:
    """The condition `field operator value`, to be given to `filter()` after `annotate_value`.

    Operators: "is", "contains" (texts), "from" and "to" (numbers, amounts, days; both inclusive), "any" (of several
    keys), "empty" and "filled". `value` is as `clean_value` returns it; of money the amount.
    """
    name = alias_of(definition)
    if definition.field_type == Type.ENTITY:
        return _reference_condition(definition, operator, value)
    match operator:
        case "empty":
            return Q(**{f"{name}__isnull": True})
        case "filled":
            return Q(**{f"{name}__isnull": False})
        case "from" | "to":
            return Q(**{f"{name}__{'gte' if operator == 'from' else 'lte'}": value})
        case "contains":
            return Q(**{f"{name}__contains": Fold(_literal(value)) if definition.field_type in FOLDED else value})
        case "any":
            keys = list(value)
            if definition.field_type == Type.MULTI_CHOICE:
                return _any_of([Q(attributes__contains={definition.key: [key]}) for key in keys])
            return Q(**{f"{name}__in": keys})
        case "is" if definition.field_type == Type.MULTI_CHOICE:
            return Q(attributes__contains={definition.key: value if isinstance(value, list) else [value]})
        case "is" if definition.field_type in FOLDED:
            return Q(**{name: Fold(_literal(value))})
        case "is" if definition.field_type == Type.YES_NO:
            return Q(**{name: "true" if value else "false"})
        case "is":
            return Q(**{name: value})
    raise ValueError(f"no such operator: {operator}")


def alias_of(definition: FieldDefinition) -> str:
    """The name under which the value is annotated; free of what a key may bear."""
    return f"field_{definition.pk}"


def annotate_value(queryset: Any, definition: FieldDefinition) -> Any:
    """`queryset` with the field's value as `alias_of(definition)`, to sort and filter by."""
    if definition.field_type == Type.ENTITY:
        referenced = EntityReference.objects.filter(field=definition, entity=OuterRef("pk"))
        return queryset.annotate(**{alias_of(definition): referenced.values("referenced__sort_name")[:1]})
    return queryset.alias(**{alias_of(definition): value_expression(definition)})


def _reference_condition(definition: FieldDefinition, operator: str, value: Any) -> Q:
    references = EntityReference.objects.filter(field=definition, entity=OuterRef("pk"))
    match operator:
        case "empty":
            return ~Q(Exists(references))
        case "filled":
            return Q(Exists(references))
        case "any":
            return Q(Exists(references.filter(referenced__in=list(value))))
        case _:
            return Q(Exists(references.filter(referenced=value)))


def _any_of(conditions: list[Q]) -> Q:
    joined = Q(pk__in=[]) if not conditions else conditions[0]
    for condition in conditions[1:]:
        joined |= condition
    return joined


def _literal(value: Any) -> Expression:
    return Value(str(value), output_field=CharField())
