"""`/feed`: what a dealer's own program downloads, with a key of its dealer, behind the portal's wall."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any, Literal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from ninja.errors import HttpError
from ninja.security import HttpBearer
from pydantic import AwareDatetime, Field

from apps.accounts.models import User
from apps.core.api import PROBLEMS, Strict
from apps.core.ratelimit import allow
from apps.core.tables import as_table
from apps.crm.models.reach import portal_reader
from apps.crm.selectors.dealer_feed import COLUMNS, FeedPage, Row, page, revision_before

MOST = 1000


class DealerFeedAuth(HttpBearer):
    """`Authorization: Bearer rapd_...`; whom the key reads for was found by the middleware that raised the wall."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        key_id: int | None = getattr(request, "feed_key_id", None)
        if key_id is None or not isinstance(request.user, User):
            return None
        if not allow(f"feed:{key_id}", limit=settings.RAPPORT_API_RATE, seconds=60):
            raise HttpError(429, "Too many requests; try again in a minute.")
        return request.user


router = Router(tags=["dealer feed"], auth=DealerFeedAuth())


class FeedFilters(Strict):
    after: str = Field("", max_length=60, description="`Feed-Cursor` of the answer before; empty: from the beginning")
    since: AwareDatetime | None = Field(None, description="Instead of `after`: what changed from this moment on")
    limit: int = Field(200, ge=1, le=MOST)
    format: Literal["jsonl", "csv"] = "jsonl"


@router.get(
    "/{kind}",
    response={200: str, **PROBLEMS},
    summary="Download orders, stages, shipments or ledger",
    openapi_extra={
        "responses": {
            "200": {
                "description": "JSON Lines, or CSV with a line of titles; `Feed-Cursor` is the next `after`.",
                "content": {"application/jsonl": {"schema": {"type": "string"}}, "text/csv": {}},
                "headers": {
                    "Feed-Cursor": {"description": "Keep it: the next `after`", "schema": {"type": "string"}},
                    "Feed-More": {"description": "yes: there is more right now", "schema": {"type": "string"}},
                },
            }
        }
    },
)
def download(
    request: HttpRequest, kind: Literal["orders", "stages", "shipments", "ledger"], wanted: Query[FeedFilters]
) -> HttpResponse:
    """Rows in the order of their changes, each as it stands now; one that changes later comes again with a higher
    `revision`. A row that is `gone` is to be removed. Of equal `id` the highest `revision` counts.

    Keep `Feed-Cursor` and ask on with it, at once while `Feed-More` is yes, later otherwise. Without rights for money
    there is no ledger, and amounts are empty.
    """
    user: User = request.auth  # type: ignore[attr-defined]  # what DealerFeedAuth answered
    reader = portal_reader(user)
    if kind == "ledger" and (reader is None or not reader.sees_money):
        raise HttpError(403, "This key doesn't see money.")
    after = _revision(kind, wanted.after)
    if not wanted.after and wanted.since is not None:
        after = revision_before(kind, wanted.since, user=user)
    found = page(kind, user=user, after=after, limit=wanted.limit)
    response = _as_csv(kind, found.rows) if wanted.format == "csv" else _as_lines(found.rows)
    return _with_cursor(response, kind, found)


def cursor_of(kind: str, revision: int) -> str:
    """Opaque to whoever keeps it; good for its kind alone."""
    return base64.urlsafe_b64encode(f"1:{kind}:{revision}".encode()).decode().rstrip("=")


def _revision(kind: str, cursor: str) -> int:
    if not cursor:
        return 0
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    number = text.removeprefix(f"1:{kind}:")
    if number == text or not number.isdecimal() or len(number) > 18:
        raise ValidationError({"after": "This is no cursor of this feed."})
    return int(number)


def _as_lines(rows: list[Row]) -> HttpResponse:
    lines = [json.dumps(row, ensure_ascii=False, default=_plain, separators=(",", ":")) for row in rows]
    return HttpResponse("".join(f"{line}\n" for line in lines), content_type="application/jsonl; charset=utf-8")


def _as_csv(kind: str, rows: list[Row]) -> HttpResponse:
    """Lists stand in one cell, as JSON."""
    titles = COLUMNS[kind]
    return as_table("csv", kind, titles, ([_cell(row.get(name)) for name in titles] for row in rows))


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False, default=_plain)
    if isinstance(value, bool):
        return "yes" if value else ""
    return value.isoformat() if hasattr(value, "isoformat") else value


def _plain(value: Any) -> str:
    """Decimals as text, which no program rounds; days and moments after ISO 8601."""
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)


def _with_cursor(response: HttpResponse, kind: str, found: FeedPage) -> HttpResponse:
    response["Feed-Cursor"] = cursor_of(kind, found.cursor)
    response["Feed-More"] = "yes" if found.has_more else "no"
    response["Cache-Control"] = "no-store"
    return response
