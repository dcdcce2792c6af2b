"""Own fields of what higher apps keep: judged, and kept by key in `attributes`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.contacts.selectors.fields import definitions_for
from apps.contacts.services.attributes import clean_attributes
from apps.contacts.services.parts import region_for

if TYPE_CHECKING:
    from apps.accounts.models import User


def clean_own(
    given: Mapping[str, Any] | None, *, target: str, actor: User, kept: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The values as they are kept: those `given` over those `kept` so far; None for a new one, which gets the defaults.

    Where nothing at all is given, nothing is asked for either. Values of retired fields stay. Raises ValidationError:
    `{"fields.KEY": [...]}`, also for a field that there is none of.
    """
    if given is None and kept is not None:
        return dict(kept)
    raw = given or {}
    if unknown := raw.keys() - {each.key for each in definitions_for(target)}:
        raise ValidationError({f"fields.{key}": _("There is no such field.") for key in sorted(unknown)})
    try:
        whole = kept is None and given is not None
        found = clean_attributes(raw, actor=actor, target=target, kept=kept, region=region_for(actor), whole=whole)
    except ValidationError as error:
        named = {name.replace("attributes.", "fields.", 1): texts for name, texts in error.message_dict.items()}
        raise ValidationError(named) from error
    return found.values
