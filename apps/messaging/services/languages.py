"""The language that a contact is written to: kept on the contact, asked for once."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from apps.contacts.models import Entity
from apps.contacts.services.entities import update_entity

if TYPE_CHECKING:
    from apps.accounts.models import User


def language_of(entity: Entity | None) -> str:
    """The code of a language that we write in, of the contact or else of its organisation; "" where we must ask."""
    if entity is None:
        return ""
    employer = entity.organisation_entity
    return _ours(entity.language) or (_ours(employer.language) if employer else "")


def remember_language(*, actor: User, entity: Entity, language: str, now: datetime) -> None:
    """Keep the language on a contact that has none yet. Known already, or not the actor's to change: nothing happens.

    Raises ValidationError under "language" for one that we don't write in.
    """
    if language not in dict(settings.LANGUAGES):
        raise ValidationError({"language": _("Choose one of the languages.")})
    if entity.language:
        return
    try:
        update_entity(
            actor=actor, entity=entity, fields={"language": language}, expected_version=entity.version, now=now
        )
    except PermissionDenied:
        return  # whoever may only read the contact is asked again the next time


def _ours(language: str) -> str:
    """ "uk-UA" is "uk"."""
    codes = dict(settings.LANGUAGES)
    found = language.strip().lower().replace("_", "-")
    return found if found in codes else found.split("-")[0] if found.split("-")[0] in codes else ""
