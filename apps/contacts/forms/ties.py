"""Jobs and other relationships between contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.contacts.forms.custom import EntityChoiceField, add_custom_fields
from apps.contacts.models import Entity, Participant, Relationship, RelationshipType
from apps.core.choosing import offer
from apps.core.pickers import RecordsField

if TYPE_CHECKING:
    from apps.accounts.models import User


def _day(label: Any, **kwargs: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs
    )


class _DatedForm(forms.Form):
    valid_from = _day(_("From"))
    valid_to = _day(_("Until"), help_text=_("The first day on which it no longer holds."))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        start, end = cleaned.get("valid_from"), cleaned.get("valid_to")
        if start and end and end <= start:
            self.add_error("valid_to", _("It ends before it begins."))
        return cleaned


class JobForm(_DatedForm):
    """Where a person works; the organisation is picked, or typed and made."""

    organisation = forms.CharField(label=_("Organisation"), required=False, max_length=400)
    organisation_entity = forms.Field(required=False)
    job_title = forms.CharField(label=_("Job title"), required=False, max_length=400)
    department = forms.CharField(label=_("Department"), required=False, max_length=400)
    role = forms.CharField(label=_("Role"), required=False, max_length=200)
    is_primary = forms.BooleanField(label=_("Main job, shown in lists"), required=False)

    field_order = ["organisation_entity", "organisation", "job_title", "department", "role", "valid_from", "valid_to"]

    def __init__(self, *args: Any, user: User, is_new: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_new = is_new
        if not is_new:  # another organisation is another job
            del self.fields["organisation"], self.fields["organisation_entity"]
            return
        self.fields["organisation_entity"] = EntityChoiceField(
            user=user, kind=Entity.Kind.ORGANISATION, label=_("Organisation"), required=False
        )
        self.fields["organisation"].label = _("… or a new one")
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.is_new and not cleaned.get("organisation") and not cleaned.get("organisation_entity"):
            self.add_error("organisation_entity", _("Pick an organisation or write the name of a new one."))
        return cleaned


# A type may be read from either end: "12:source" is "works for", "12:target" is "employs".
class RelationshipForm(_DatedForm):
    """How this contact is tied to others, read from its own end."""

    reading = forms.ChoiceField(label=_("This contact"))
    others = forms.MultipleChoiceField(label=_("Whom"))
    name = forms.CharField(label=_("Name"), required=False, max_length=200)
    description = forms.CharField(label=_("Description"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    role = forms.CharField(label=_("Role of this contact"), required=False, max_length=200)

    field_order = ["reading", "others", "role", "name", "description", "valid_from", "valid_to"]

    def __init__(
        self, *args: Any, user: User, entity: Entity, relationship: Relationship | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.types = {
            each.pk: each for each in RelationshipType.objects.filter(retired_at__isnull=True).order_by("name", "pk")
        }
        offer(self, "reading", list(self._readings(entity)))
        self.fields["others"] = EntitiesChoiceField(user=user, label=_("Whom"))
        self.order_fields(self.field_order)
        if relationship is not None:  # another type is another relationship
            self.fields["reading"].disabled = True
        chosen = self.data.get("reading") or self.initial.get("reading") or ""
        type_id = chosen.partition(":")[0]
        if type_id.isdecimal() and len(type_id) < 19 and int(type_id) in self.types:
            add_custom_fields(
                self,
                target="relationship",
                entity=None,
                user=user,
                values=relationship.attributes if relationship else None,
                relationship_type_id=int(type_id),
            )

    def _readings(self, entity: Entity) -> Any:
        for each in self.types.values():
            if each.source_kind in ("any", entity.kind):
                yield f"{each.pk}:{Participant.Side.SOURCE}", each.reading
            if not each.is_symmetric and each.target_kind in ("any", entity.kind):
                yield f"{each.pk}:{Participant.Side.TARGET}", each.reading_back

    def chosen_type(self) -> tuple[RelationshipType, str]:
        type_id, _colon, side = self.cleaned_data["reading"].partition(":")
        return self.types[int(type_id)], side


class EntitiesChoiceField(RecordsField):
    """Several contacts that the user sees."""

    def __init__(self, *, user: User, **kwargs: Any) -> None:
        super().__init__(among=Entity.objects.visible_to(user).live(), route="contacts:pick", **kwargs)
