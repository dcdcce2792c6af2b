"""Custom fields as form fields; their values go to the service as typed and are judged there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.contacts.models import Entity, EntityReference, FieldDefinition
from apps.core.choosing import offer_rows

if TYPE_CHECKING:
    from apps.accounts.models import User

PREFIX = "custom-"


def add_custom_fields(
    form: forms.Form,
    *,
    target: str,
    entity: Entity | None,
    user: User,
    values: dict[str, Any] | None = None,
    relationship_type_id: int | None = None,
) -> None:
    """Add a form field for each live definition of `target`, filled from the entity's attributes or `values`.

    Where there are neither, it is a new record, which begins with the defaults.
    """
    is_new = entity is None and values is None
    given = values if values is not None else (entity.attributes if entity else {})
    for definition in definitions_of(target, relationship_type_id):
        name = PREFIX + definition.key
        field = _form_field(definition, user)
        form.fields[name] = field
        value = given.get(definition.key, definition.default if is_new else None)
        if definition.field_type == FieldDefinition.Type.ENTITY and entity:
            reference = EntityReference.objects.filter(field=definition, entity=entity).first()
            value = reference.referenced_id if reference else None
            if value:
                offer_rows(form, name, Entity.objects.visible_to(user).filter(pk=value))
        if definition.field_type == FieldDefinition.Type.MONEY and isinstance(value, dict):
            value = f"{value.get('amount', '')} {value.get('currency', '')}".strip()
        form.initial.setdefault(name, value)


def definitions_of(target: str, relationship_type_id: int | None = None) -> list[FieldDefinition]:
    return list(
        FieldDefinition.objects.filter(target=target, retired_at__isnull=True, relationship_type=relationship_type_id)
        .prefetch_related("choices")
        .order_by("position", "label", "pk")
    )


def custom_values(form: forms.Form) -> dict[str, Any]:
    """What was typed into the custom fields, by key; an entity-valued one gives its id."""
    return {
        name.removeprefix(PREFIX): value.pk if isinstance(value, Entity) else value
        for name, value in form.cleaned_data.items()
        if name.startswith(PREFIX)
    }


def _form_field(definition: FieldDefinition, user: User) -> forms.Field:
    kinds = FieldDefinition.Type
    shared: dict[str, Any] = {
        "label": definition.label,
        "help_text": definition.help_text,
        "required": definition.is_required,
    }
    choices = [(choice.key, choice.label) for choice in definition.choices.all() if choice.retired_at is None]
    match definition.field_type:
        case kinds.LONG_TEXT:
            return forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), **shared)
        case kinds.NUMBER:
            return forms.CharField(widget=forms.TextInput(attrs={"inputmode": "decimal"}), **shared)
        case kinds.MONEY:
            return forms.CharField(widget=forms.TextInput(attrs={"placeholder": _("12.50 EUR")}), **shared)
        case kinds.DATE:
            return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **shared)
        case kinds.YES_NO:
            return forms.NullBooleanField(
                label=definition.label,
                help_text=definition.help_text,
                widget=forms.Select(choices=[("", "—"), ("true", _("Yes")), ("false", _("No"))]),
            )
        case kinds.CHOICE:
            return forms.ChoiceField(choices=[("", "—"), *choices], **shared)
        case kinds.MULTI_CHOICE:
            return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **shared)
        case kinds.ENTITY:
            return EntityChoiceField(user=user, **shared)
        case _:
            return forms.CharField(**shared)


class PickerSelect(forms.Select):
    """A select whose options are searched on the server, down to the last of a million."""

    template_name = "core/widgets/picker.html"

    def __init__(self, *args: Any, kind: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        query = f"?kind={self.kind}" if self.kind else ""
        context["src"] = reverse("contacts:pick") + query
        return context


class EntityChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """Pick any contact that the user sees; the list itself comes from the server as one types."""

    def __init__(self, *, user: User, kind: str = "", **kwargs: Any) -> None:
        everything = Entity.objects.visible_to(user).live()
        if kind in Entity.Kind.values:
            everything = everything.filter(kind=kind)
        self._everything = everything
        super().__init__(queryset=everything.none(), widget=PickerSelect(kind=kind), **kwargs)

    def to_python(self, value: Any) -> Entity | None:
        if value in self.empty_values:
            return None
        pk = value.pk if isinstance(value, Entity) else value
        try:
            found = self._everything.get(pk=pk)
        except (Entity.DoesNotExist, ValueError, TypeError) as error:
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice") from error
        self.queryset = self._everything.filter(pk=found.pk)  # so that the form shows it again
        return found

    def validate(self, value: Any) -> None:
        forms.Field.validate(self, value)
