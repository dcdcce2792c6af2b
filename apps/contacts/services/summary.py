"""What the Summary tab shows, chosen for everybody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction

from apps.contacts.permissions import can_change_settings
from apps.contacts.selectors.summary import offered_facts, setting_key
from apps.core.kept import forget_kept
from apps.core.models import ListSetting

if TYPE_CHECKING:
    from apps.accounts.models import User


@transaction.atomic
def choose_summary(*, actor: User, kind: str, names: Sequence[str]) -> None:
    """Show these facts of all persons or organisations; names that aren't offered are passed over."""
    if not can_change_settings(actor):
        raise PermissionDenied
    offered = {name for name, _label in offered_facts(kind)}
    columns = [name for name in dict.fromkeys(names) if name in offered]
    ListSetting.objects.update_or_create(list_key=setting_key(kind), user=None, defaults={"columns": columns})
    forget_kept()
