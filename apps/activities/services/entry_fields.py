"""The own fields of an entry's kind: judged, and kept among the entry's facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.activities.selectors.kind_fields import FIELDS, fields_of_kind, target_of
from apps.contacts.services.attributes import clean_attributes
from apps.contacts.services.parts import region_for

if TYPE_CHECKING:
    from apps.accounts.models import User


def clean_fields(
    kind: str, given: Mapping[str, Any], *, actor: User, kept: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The values of an entry of this kind as they are kept: those `given` over those `kept` so far.

    `kept` is None for a new entry, which gets the defaults and needs what is required. Values of retired fields stay.
    Raises ValidationError: `{"fields.KEY": [...]}`, also for a field that the kind doesn't have.
    """
    if unknown := given.keys() - {each.key for each in fields_of_kind(kind)}:
        raise ValidationError({f"fields.{key}": _("This kind has no such field.") for key in sorted(unknown)})
    try:
        cleaned = clean_attributes(
            given, actor=actor, target=target_of(kind), kept=kept, region=region_for(actor), whole=kept is None
        )
    except ValidationError as error:
        named = {name.replace("attributes.", "fields.", 1): texts for name, texts in error.message_dict.items()}
        raise ValidationError(named) from error
    return cleaned.values


def with_fields(facts: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """An entry's facts with these values; without any, nothing is kept of them."""
    others = {key: value for key, value in facts.items() if key != FIELDS}
    return {**others, FIELDS: dict(values)} if values else others
