"""What every part of the HTTP API shares: problems (RFC 9457), pages, ETags (RFC 9110), idempotency keys."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as InputError
from pydantic import ConfigDict, model_validator

from apps.core import clock
from apps.core.middleware import current_origin
from apps.core.models import IdempotencyKey
from apps.core.refusals import Refused

View = TypeVar("View", bound=Callable[..., Any])
PROBLEM = "application/problem+json"
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


class Problem(Schema):
    """What went wrong: RFC 9457."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    instance: str = ""
    errors: dict[str, list[str]] = {}


# What a route may answer beside its own.
PROBLEMS: dict[Any, Any] = dict.fromkeys((401, 403, 404, 409, 412, 422, 429), Problem)


class Strict(Schema):
    """The base of what is taken in: an unknown name is a mistake of the caller, and so are signs that can't be kept."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _keepable(cls, given: Any) -> Any:
        """Refuse NUL and halves of surrogate pairs, which JSON can spell and Postgres can't keep."""
        if isinstance(given, dict) and (name := next((name for name in given if not _can_be_kept(given[name])), None)):
            raise ValueError(f"{name}: this text has signs in it that can't be kept")
        return given


def _can_be_kept(value: Any) -> bool:
    if isinstance(value, str):
        return _UNKEEPABLE.search(value) is None
    if isinstance(value, dict):
        return all(_can_be_kept(each) for pair in value.items() for each in pair)
    return all(_can_be_kept(each) for each in value) if isinstance(value, list) else True


class VersionMismatch(Exception):
    """The record is no longer the one that `If-Match` names."""


class KeyReused(Exception):
    """An idempotency key came again with another request, or while the first is still at work."""


def problem(status: int, title: str, detail: str = "", errors: dict[str, list[str]] | None = None) -> HttpResponse:
    body = Problem(title=title, status=status, detail=detail, instance=current_origin().request_id, errors=errors or {})
    return HttpResponse(body.model_dump_json(), status=status, content_type=PROBLEM)


def install_problems(api: NinjaAPI) -> None:
    """Answer every failure as problem+json."""

    def handle(kind: type[Exception], answer: Callable[[Any], HttpResponse]) -> None:
        api.add_exception_handler(kind, lambda request, error: answer(error))

    handle(AuthenticationError, lambda error: problem(401, "Not signed in", "Send a bearer token that is still good."))
    handle(PermissionDenied, lambda error: problem(403, "Not allowed", str(error)))
    handle(Http404, lambda error: problem(404, "Not found"))
    handle(VersionMismatch, lambda error: problem(412, "Changed in the meantime", "Read it again and send its ETag."))
    handle(KeyReused, lambda error: problem(409, "Idempotency key used before", str(error)))
    handle(Refused, lambda error: problem(409, str(error)))
    handle(HttpError, lambda error: problem(error.status_code, str(error)))
    handle(InputError, lambda error: problem(422, "Not understood", errors=_input_errors(error)))
    handle(ValidationError, lambda error: problem(422, "Not valid", errors=_field_errors(error)))


def _input_errors(error: InputError) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in error.errors:
        place = ".".join(str(part) for part in each["loc"][2:]) or "body"
        found.setdefault(place, []).append(str(each["msg"]))
    return found


def _field_errors(error: ValidationError) -> dict[str, list[str]]:
    return error.message_dict if hasattr(error, "error_dict") else {"body": error.messages}


# --- ETags ------------------------------------------------------------------------------------------------------------
def etag(version: int) -> str:
    return f'"{version}"'


def expected_version(request: HttpRequest) -> int | None:
    """The version that `If-Match` asks for; None where any will do. Raises VersionMismatch for a foreign tag."""
    given = request.headers.get("If-Match", "").strip()
    if not given or given == "*":
        return None
    bare = given.removeprefix("W/").strip('"')
    if not bare.isdecimal() or len(bare) > 18:
        raise VersionMismatch
    return int(bare)


# --- idempotency ------------------------------------------------------------------------------------------------------
def idempotent(view: View) -> View:
    """With an `Idempotency-Key` the same request gives the same answer for 24 hours, and acts once.

    The key's row commits with what the request did: a request that failed leaves no key behind.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        key = request.headers.get("Idempotency-Key", "").strip()
        if not key:
            return view(request, *args, **kwargs)
        if len(key) > 200 or not key.isprintable():
            raise HttpError(400, "An idempotency key has at most 200 characters, all of them printable.")
        digest = hashlib.sha256(
            b"\0".join([(request.method or "").encode(), request.get_full_path().encode(), request.body])
        ).hexdigest()
        return _once(request, key, digest, clock.now(), lambda: view(request, *args, **kwargs))

    return guarded  # type: ignore[return-value]  # the same signature


def _once(request: HttpRequest, key: str, digest: str, now: datetime, act: Callable[[], Any]) -> Any:
    user = request.auth  # type: ignore[attr-defined]  # set by the API's authentication
    try:
        with transaction.atomic():
            # A second request with the same key waits here until the first has committed or failed.
            row = IdempotencyKey.objects.create(user=user, key=key, request_digest=digest, created_at=now)
            answer = act()
            response = answer if isinstance(answer, HttpResponse) else None
            if response is None or response.status_code >= 400:
                raise _Unkept(answer)
            row.status = response.status_code
            row.body = {"body": json.loads(response.content or b"null"), "headers": dict(response.items())}
            row.save(update_fields=["status", "body"])
            return response
    except _Unkept as unkept:
        return unkept.answer
    except IntegrityError as error:
        kept = IdempotencyKey.objects.filter(user=user, key=key).first()
        if kept is None:
            raise
        if kept.request_digest != digest or kept.status is None:
            raise KeyReused("The same key was sent with another request.") from error
        body: dict[str, Any] = kept.body or {}
        again = JsonResponse(body.get("body"), safe=False, status=kept.status)
        for name in ("ETag", "Location"):
            if name in body.get("headers", {}):
                again[name] = body["headers"][name]
        again["Idempotent-Replay"] = "true"
        return again


class _Unkept(Exception):
    """Carries an answer out of a transaction that must not be kept."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.answer = answer
