"""The door of the plants in the HTTP API: batches in, how their source stands out."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Router, Schema
from ninja.errors import HttpError
from ninja.security import HttpBearer

from apps.core import clock
from apps.core.api import PROBLEMS, Problem, problem
from apps.core.ratelimit import allow, seconds_left
from apps.sync.formats import CONTENT_TYPES
from apps.sync.schemas import json_schema
from apps.sync.selectors.standing import standing_of
from apps.sync.services.receiving import receive_batch
from apps.sync.services.tokens import Sender, sender_of_token

_MINUTE = 60
_LONGEST_KEY = 120


class SourceAuth(HttpBearer):
    """`Authorization: Bearer feed_...`: the source becomes `request.auth`."""

    def authenticate(self, request: HttpRequest, token: str) -> Sender | None:
        return sender_of_token(token, clock.now())


class ReceiptOut(Schema):
    batch: int
    records: int
    state: str


class StandingOut(Schema):
    """read = applied + unchanged + stale + rejected + waiting, at any moment."""

    code: str
    state: str
    read: int
    applied: int
    unchanged: int
    stale: int
    rejected: int
    waiting: int
    lag_s: float
    as_of: str | None


router = Router(auth=SourceAuth(), tags=["feeds"])
_ANSWERS: dict[Any, Any] = {**PROBLEMS, 413: Problem, 415: Problem}


@router.post("/{code}/batches", response={202: ReceiptOut, **_ANSWERS}, summary="Send a batch of records")
def post_batch(request: HttpRequest, code: str) -> HttpResponse:
    """Stored whole and answered before anything is applied; a repeat under its `Idempotency-Key` changes nothing.

    The body is `{"as_of": "2026-11-02T09:00:00Z", "records": [...]}`, or JSON Lines, CSV, CommerceML by its type.
    """
    source = _own(request, code)
    if (refusal := _too_much(request, source)) is not None:
        return refusal
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > _LONGEST_KEY or not key.isprintable():
        raise HttpError(400, f"An idempotency key has at most {_LONGEST_KEY} characters, all of them printable.")
    content_type = request.headers.get("Content-Type", "").strip() or "application/json"
    if content_type.partition(";")[0].strip().lower() not in CONTENT_TYPES:
        return problem(415, "Content type not known", f"Send one of {', '.join(CONTENT_TYPES)}.")
    body = request.read(source.max_bytes + 1)
    if len(body) > source.max_bytes:
        return _too_large(source)
    receipt = receive_batch(source=source, key=key, content_type=content_type, body=body, now=clock.now())
    if receipt.unreadable:
        detail = f"{receipt.unreadable} Nothing of it is applied; it is kept as batch {receipt.batch_id}."
        return problem(422, "Batch not readable", detail)
    answer = {"batch": receipt.batch_id, "records": receipt.records, "state": "waiting"}
    headers = {"Idempotent-Replay": "true"} if receipt.is_repeat else {}
    return JsonResponse(answer, status=202, headers=headers)


@router.get("/{code}/status", response={200: StandingOut, **PROBLEMS}, summary="Read how the source stands")
def read_status(request: HttpRequest, code: str) -> Any:
    """What became of the source's records so far."""
    return standing_of(_own(request, code).pk, now=clock.now()).as_json()


@router.get("/schema", auth=None, response=dict[str, Any], summary="Read the format of records as JSON Schema")
def read_schema(request: HttpRequest) -> dict[str, Any]:
    """What a record has to look like, the same for all sources without a mapping."""
    return json_schema()


def _own(request: HttpRequest, code: str) -> Sender:
    source: Sender = request.auth  # type: ignore[attr-defined]  # what SourceAuth answered
    if source.code != code:
        raise PermissionDenied("This token belongs to another source.")
    return source


def _too_much(request: HttpRequest, source: Sender) -> HttpResponse | None:
    """A refusal before the body is read, where it is too large or came too soon."""
    name = f"feed:{source.pk}"
    if not allow(name, limit=source.max_batches_a_minute, seconds=_MINUTE):
        text = f"This source may send {source.max_batches_a_minute} batches a minute; send larger ones, or wait."
        answer = problem(429, "Too many batches", text)
        answer["Retry-After"] = str(seconds_left(name, seconds=_MINUTE))
        return answer
    length = request.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > source.max_bytes:
        return _too_large(source)
    return None


def _too_large(source: Sender) -> HttpResponse:
    text = f"A batch of this source has at most {source.max_bytes:,} bytes; divide it, each part with a key of its own."
    return problem(413, "Batch too large", text)
