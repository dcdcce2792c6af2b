"""Choosing how one wants to be told. No operation tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.activities.models import Notice, NoticePreference
from apps.activities.selectors.wishes import Wish

if TYPE_CHECKING:
    from apps.accounts.models import User


@transaction.atomic
def set_wishes(*, actor: User, wishes: Mapping[str, Wish]) -> None:
    """Keep one's wishes for these events; the others stay. What is on its way by mail goes or stays by the new ones.

    Raises ValidationError.
    """
    for event, wish in wishes.items():
        if event not in Notice.Event.values or wish.mail not in NoticePreference.Mail.values:
            raise ValidationError({event: _("There is no such choice.")})
        NoticePreference.objects.update_or_create(
            user=actor, event=event, defaults={"in_app": wish.in_app, "push": wish.push, "mail": wish.mail}
        )
