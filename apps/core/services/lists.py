"""Writes of the list component: chosen columns, saved views, visits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from apps.core.models import ListSetting, ListVisit, SavedView

if TYPE_CHECKING:
    from apps.accounts.models import User


class ViewNameTaken(Exception):
    """The user has a view of this name on this list already."""


def choose_columns(
    *, actor: User, list_key: str, columns: Sequence[str], page_size: int | None, for_everybody: bool = False
) -> None:
    """Keep which columns `actor` sees, or, for everybody, what whoever chose nothing sees.

    No columns at all means the default again. The caller has asked whether `actor` may choose for everybody.
    """
    user = None if for_everybody else actor
    if not columns and page_size is None:
        ListSetting.objects.filter(list_key=list_key, user=user).delete()
        return
    ListSetting.objects.update_or_create(
        list_key=list_key, user=user, defaults={"columns": list(columns), "page_size": page_size}
    )


def save_view(
    *, actor: User, list_key: str, name: str, query: Mapping[str, Any], is_shared: bool, now: datetime
) -> SavedView:
    """Keep a list's state under a name. Raises ViewNameTaken."""
    view = SavedView(list_key=list_key, owner=actor, name=name, query=dict(query), is_shared=is_shared, created_at=now)
    try:
        with transaction.atomic():
            view.save(force_insert=True)
    except IntegrityError as error:
        raise ViewNameTaken from error
    return view


def change_view(
    *, actor: User, view: SavedView, name: str, is_shared: bool, query: Mapping[str, Any] | None = None
) -> None:
    """Rename or share one's own view, or let it show what `query` says. Raises ViewNameTaken."""
    changes: dict[str, Any] = {"name": name, "is_shared": is_shared}
    if query is not None:
        changes["query"] = dict(query)
    try:
        with transaction.atomic():
            SavedView.objects.filter(pk=view.pk, owner=actor).update(**changes)
    except IntegrityError as error:
        raise ViewNameTaken from error


def remove_view(*, actor: User, view: SavedView) -> None:
    """Forget one's own view; a second call changes nothing."""
    SavedView.objects.filter(pk=view.pk, owner=actor).delete()


@transaction.atomic
def note_list_visit(*, actor: User, list_key: str, seen_at: datetime) -> None:
    """`actor` has seen the list as it was at `seen_at`; an older look than the last one changes nothing."""
    visit, is_first = ListVisit.objects.select_for_update().get_or_create(
        user=actor, list_key=list_key, defaults={"seen_at": seen_at, "since_at": seen_at}
    )
    if is_first or seen_at <= visit.seen_at:
        return
    visit.since_at, visit.seen_at = visit.new_since(seen_at), seen_at
    visit.save(update_fields=["since_at", "seen_at"])
