"""What the API's lists of dealers' records share: where the next page begins, who asks, tags of what was read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Schema
from pydantic import AwareDatetime, Field

from apps.core.api import Strict
from apps.core.page_keys import page_key, read_page_key
from apps.crm.selectors.freshness import Sources

if TYPE_CHECKING:
    from apps.accounts.models import User


class AsOfOut(Schema):
    """How fresh a group of figures is: figures with `is_late` are not to be taken for current ones."""

    source: str = Field(description="The code of the source that tells them; empty: unknown")
    as_of: datetime | None = Field(description="What the source vouches for; null: nothing came yet")
    late_after: int | None = Field(description="Seconds after which its figures count as late; null: never")
    is_late: bool


class Paged(Strict):
    """Pages follow each other by `next`, without gaps or doubles."""

    after: str = Field("", max_length=100, description="`next` of the page before")
    limit: int = Field(50, ge=1, le=200)


class ChangedPaged(Paged):
    """With `changed_after` the page begins with what changed first."""

    changed_after: AwareDatetime | None = Field(None, description="Then pages come in the order of changes")


def asking(request: HttpRequest) -> User:
    return request.auth  # type: ignore[attr-defined,no-any-return]  # what TokenAuth answered


def page_of(
    found: QuerySet[Any], wanted: Paged, *, newest: str, changed: str = "", since: datetime | None = None
) -> tuple[list[Any], str | None]:
    """The rows of a page and the key of the next: by `newest` downwards, or from `since` on by `changed` upwards.

    Both are paths to a moment of the row ("state__changed_at"). Raises ValidationError for a key that makes no sense.
    """
    path, sign = (newest, "-") if since is None else (changed, "")
    if since is not None:
        found = found.filter(**{f"{path}__gt": since})
    if wanted.after:
        key = read_page_key(wanted.after)
        if key is None:
            raise ValidationError({"after": "This is no key of a page."})
        beyond = "lt" if sign else "gt"
        at, pk = key
        found = found.filter(Q(**{f"{path}__{beyond}": at}) | Q(**{path: at, f"pk__{beyond}": pk}))
    rows = list(found.order_by(f"{sign}{path}", f"{sign}pk")[: wanted.limit + 1])
    if len(rows) <= wanted.limit:
        return rows, None
    return rows[: wanted.limit], moment_key(_value(rows[wanted.limit - 1], path), rows[wanted.limit - 1].pk)


def page_by_id(found: QuerySet[Any], wanted: Paged) -> tuple[list[Any], str | None]:
    """In the order in which rows came to us."""
    if wanted.after:
        if not wanted.after.isdecimal() or len(wanted.after) > 18:
            raise ValidationError({"after": "This is no key of a page."})
        found = found.filter(pk__gt=int(wanted.after))
    rows = list(found.order_by("pk")[: wanted.limit + 1])
    return rows[: wanted.limit], str(rows[wanted.limit - 1].pk) if len(rows) > wanted.limit else None


def moment_key(at: datetime, pk: int) -> str:
    """Without a plus sign, which addresses would take for a space."""
    return page_key(at.astimezone(UTC), pk).replace("+00:00", "Z")


def tagged(request: HttpRequest, body: Schema) -> HttpResponse:
    """`body` with an ETag of what is in it, or 304 to who has that already."""
    text = body.model_dump_json()
    tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    return HttpResponse(text, content_type="application/json", headers={"ETag": tag})


def _value(row: Model, path: str) -> Any:
    value: Any = row
    for name in path.split("__"):
        value = getattr(value, name)
    return value


def as_of_groups(sources: Sources, plant_id: int, moments: Mapping[str, datetime | None]) -> dict[str, AsOfOut]:
    """By group of figures ("stage", "money"), each with the moment of the record's own, where one is known."""
    found = {}
    for group, moment in moments.items():
        fresh = sources.of(plant_id, group, as_of=moment)
        late = fresh.late_after if fresh else None
        found[group] = AsOfOut(
            source=fresh.source if fresh else "",
            as_of=fresh.as_of if fresh else moment,
            late_after=int(late.total_seconds()) if late else None,
            is_late=fresh.is_late if fresh else False,
        )
    return found
