"""What somebody has on their Home."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction

from apps.core.home.slots import MOST, known_slots, slot_of, slots_of
from apps.core.models import HomeLayout

if TYPE_CHECKING:
    from apps.accounts.models import User


class HomeIsFull(Exception):
    """There is no room for another card."""


def choose_cards(*, actor: User, slots: Sequence[str]) -> None:
    """Let these stand on the actor's Home, in this order; what the actor may not have is left out."""
    kept = [slot.key for slot in known_slots(actor, slots)]
    HomeLayout.objects.update_or_create(user=actor, defaults={"slots": kept})


def take_usual_cards(*, actor: User) -> None:
    """Back to those of the actor's roles; they change with the roles again."""
    HomeLayout.objects.filter(user=actor).delete()


@transaction.atomic
def add_card(*, actor: User, slot: str) -> None:
    """Put it behind the others; one that stands there already stays where it is.

    Raises PermissionDenied for what the actor may not have, HomeIsFull.
    """
    if slot_of(actor, slot) is None:
        raise PermissionDenied
    there = [each.key for each in slots_of(actor)]
    if slot in there:
        return
    layouts = HomeLayout.objects.select_for_update()
    layout, _made = layouts.get_or_create(user=actor, defaults={"slots": there})
    if len(layout.slots) >= MOST:
        raise HomeIsFull
    layout.slots.append(slot)
    layout.save(update_fields=["slots"])
