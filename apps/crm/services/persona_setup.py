"""Personas as administrators name, order and retire them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from apps.core.services.operations import operate, snapshot
from apps.core.text import transliterate
from apps.crm.models import Persona
from apps.crm.models.personas import BUILT_IN
from apps.crm.services.setup import ask_settings, clean_name, put_in_order, retire, save_once

if TYPE_CHECKING:
    from apps.accounts.models import User


def make_persona(
    *, actor: User, name: str, now: datetime, colour: str = "", icon: str = "", becomes: Persona | None = None
) -> Persona:
    """Add a persona after the others. Raises PermissionDenied, ValidationError under "name"."""
    ask_settings(actor)
    with operate(actor=actor, verb="persona.made", now=now) as recorder:
        last = Persona.objects.aggregate(last=Max("position"))["last"] or 0
        persona = Persona(key=_free_key(name), colour=colour, icon=icon or "user", becomes=becomes, position=last + 1)
        persona.name = clean_name(name)
        save_once(persona, _("There is a persona of this name already."))
        recorder.created(persona)
    return persona


def change_persona(
    *, actor: User, persona: Persona, name: str, colour: str, icon: str, becomes: Persona | None, now: datetime
) -> None:
    """Rename, colour, and say what one click makes of it. Raises PermissionDenied, ValidationError."""
    ask_settings(actor)
    if becomes is not None and becomes.pk == persona.pk:
        raise ValidationError({"becomes": _("It is that already.")})
    with operate(actor=actor, verb="persona.changed", now=now) as recorder:
        locked = Persona.objects.select_for_update().get(pk=persona.pk)
        before = snapshot(locked)
        cleaned = clean_name(name)
        # One that came with the house keeps its word in all languages, unless it gets another one.
        locked.name = BUILT_IN[locked.key] if locked.is_own_word(cleaned) else cleaned
        locked.colour, locked.icon, locked.becomes = colour, icon or "user", becomes
        save_once(locked, _("There is a persona of this name already."))
        recorder.updated(locked, before)


def retire_persona(*, actor: User, persona: Persona, now: datetime, retired: bool = True) -> None:
    """Offer it no longer (or once more); who is one stays one."""
    ask_settings(actor)
    retire(actor=actor, row=persona, verb="persona.retired", now=now, retired=retired)


def order_personas(*, actor: User, personas: Sequence[Persona], now: datetime) -> None:
    """Show them in this order."""
    ask_settings(actor)
    put_in_order(actor=actor, rows=personas, verb="persona.ordered", now=now)


def _free_key(name: str) -> str:
    stem = slugify(transliterate(name))[:34] or "persona"
    taken = set(Persona.objects.values_list("key", flat=True))
    return next(key for key in (stem, *(f"{stem}-{number}" for number in range(2, 10_000))) if key not in taken)
