"""`/contacts`: list, read, make, change, trash and restore, as the token's user may."""

import base64
import binascii
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Query, Router
from ninja.errors import HttpError

from apps.accounts.api_auth import needs_scope
from apps.accounts.models import User
from apps.contacts.api.schemas import (
    ContactFilters,
    ContactIn,
    ContactOut,
    ContactPage,
    ContactPatch,
    EmailIn,
    LinkIn,
    PhoneIn,
    UnitIn,
)
from apps.contacts.models import Category, EmailAddress, Entity, Link, PhoneNumber, Unit
from apps.contacts.models.rights import rights_of
from apps.contacts.selectors.narrowing import narrow_by_words
from apps.contacts.services import details, entities, trash, units
from apps.contacts.services.categories import set_categories
from apps.contacts.services.errors import EditConflict, InTrash
from apps.contacts.services.inputs import EmailInput, LinkInput, PhoneInput
from apps.core import clock
from apps.core.api import PROBLEMS, VersionMismatch, etag, expected_version, idempotent
from apps.core.services.operations import operate

router = Router(tags=["contacts"])
_ANSWERS: dict[Any, Any] = {200: ContactOut, **PROBLEMS}


@router.get("", response={200: ContactPage, **PROBLEMS}, summary="List contacts")
@needs_scope("contacts:read")
def list_contacts(request: HttpRequest, wanted: Query[ContactFilters]) -> ContactPage:
    """Contacts in the order of their names, page by page; with `modified_since` in the order of their changes.

    `q` are beginnings of words, or digits of a number. Pages follow each other by `next`, without gaps or doubles.
    """
    user = _user(request)
    found = Entity.objects.visible_to(user).live()
    if wanted.q:
        found = narrow_by_words(found, wanted.q)
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.folder_id is not None:
        found = found.filter(folder=wanted.folder_id)
    if wanted.category_id is not None:
        hidden = wanted.category_id in rights_of(user).hidden_categories
        found = found.none() if hidden else found.filter(categories=wanted.category_id)
    if wanted.email:
        found = found.filter(pk__in=EmailAddress.objects.filter(address=wanted.email).values("entity"))
    if wanted.phone:
        found = found.filter(pk__in=PhoneNumber.objects.filter(e164=wanted.phone).values("entity"))
    if wanted.modified_since is not None:
        found = found.filter(modified_at__gte=wanted.modified_since)
    field = "modified_at" if wanted.modified_since is not None else "sort_name"
    if wanted.after:
        value, pk = _read_key(wanted.after, field)
        found = found.filter(Q(**{f"{field}__gt": value}) | Q(**{field: value, "pk__gt": pk}))
    rows = list(found.order_by(field, "pk").defer("search_text", "notes")[: wanted.limit + 1])
    last = rows[wanted.limit - 1] if len(rows) > wanted.limit else None
    items: Any = rows[: wanted.limit]
    return ContactPage(items=items, next=_key(getattr(last, field), last.pk) if last else None)


@router.post("", response={201: ContactOut, **PROBLEMS}, summary="Make a contact")
@needs_scope("contacts:write")
@idempotent
def create_contact(request: HttpRequest, data: ContactIn) -> HttpResponse:
    """Make a contact with all that belongs to it. Send an `Idempotency-Key` to be safe to repeat."""
    made = entities.create_entity(actor=_user(request), data=data.to_input(), now=clock.now())
    return _answer(request, made.pk, status=201)


@router.get("/{contact_id}", response={**_ANSWERS, 301: None}, summary="Read a contact")
@needs_scope("contacts:read")
def read_contact(request: HttpRequest, contact_id: int) -> HttpResponse:
    """The contact with its units; its version is the ETag. `If-None-Match` spares the body.

    One that was merged answers 301 with the address of the one it is part of now, where you may see that.
    """
    entity = _find(request, contact_id)
    winner = entity.merged_into_id
    if winner is not None and Entity.objects.visible_to(_user(request)).filter(pk=winner).exists():
        return HttpResponse(status=301, headers={"Location": f"/api/v1/contacts/{winner}"})
    if request.headers.get("If-None-Match") == etag(entity.version):
        return HttpResponse(status=304, headers={"ETag": etag(entity.version)})
    return _answer(request, entity.pk)


@router.patch("/{contact_id}", response=_ANSWERS, summary="Change a contact")
@needs_scope("contacts:write")
def update_contact(request: HttpRequest, contact_id: int, data: ContactPatch) -> HttpResponse:
    """Change what is sent. With `If-Match` a version that is no longer the current one is refused (412)."""
    entity = _guarded(request, contact_id)
    fields = data.model_dump(exclude_unset=True)
    for name in ("folder_id", "attributes"):
        if name in fields and fields[name] is None:
            raise ValidationError({name: "This can't be null; leave it out to keep it."})
    categories = fields.pop("category_ids", None)
    for name in ("folder", "owner"):
        if f"{name}_id" in fields:
            fields[name] = fields.pop(f"{name}_id")
    given = {
        name: "" if value is None and name not in ("owner", "attributes") else value for name, value in fields.items()
    }
    user = _user(request)
    now = clock.now()
    try:
        with operate(actor=user, verb="entity.updated", now=now):
            if categories is not None:
                set_categories(actor=user, entity=entity, category_ids=categories, now=now)
            if given:
                entities.update_entity(
                    actor=user, entity=entity, fields=given, expected_version=expected_version(request), now=now
                )
    except EditConflict as error:
        raise VersionMismatch from error
    except InTrash as error:
        raise HttpError(409, str(error)) from error
    return _answer(request, entity.pk)


@router.delete("/{contact_id}", response={204: None, **PROBLEMS}, summary="Move a contact to the trash")
@needs_scope("contacts:write")
def trash_contact(request: HttpRequest, contact_id: int) -> HttpResponse:
    """It can be restored for 30 days. In the trash already: nothing happens."""
    entity = _guarded(request, contact_id)
    trash.trash_entities(actor=_user(request), ids=[entity.pk], now=clock.now())
    return HttpResponse(status=204)


@router.post("/{contact_id}/restore", response=_ANSWERS, summary="Take a contact out of the trash")
@needs_scope("contacts:write")
def restore_contact(request: HttpRequest, contact_id: int) -> HttpResponse:
    entity = _find(request, contact_id)
    trash.restore_entities(actor=_user(request), ids=[entity.pk], now=clock.now())
    return _answer(request, entity.pk)


@router.post("/{contact_id}/units", response={201: ContactOut, **PROBLEMS}, summary="Add a place or department")
@needs_scope("contacts:write")
@idempotent
def add_unit(request: HttpRequest, contact_id: int, data: UnitIn) -> HttpResponse:
    entity = _guarded(request, contact_id)
    units.add_unit(actor=_user(request), entity=entity, data=data.to_input(), now=clock.now())
    return _answer(request, entity.pk, status=201)


@router.delete("/{contact_id}/units/{unit_id}", response={204: None, **PROBLEMS}, summary="Remove a unit")
@needs_scope("contacts:write")
def remove_unit(request: HttpRequest, contact_id: int, unit_id: int) -> HttpResponse:
    entity = _guarded(request, contact_id)
    units.remove_unit(actor=_user(request), unit=_part(Unit, entity, unit_id), now=clock.now())
    return HttpResponse(status=204)


@router.post("/{contact_id}/emails", response={201: ContactOut, **PROBLEMS}, summary="Add an e-mail address")
@needs_scope("contacts:write")
@idempotent
def add_email(request: HttpRequest, contact_id: int, data: EmailIn) -> HttpResponse:
    return _add(request, contact_id, details.add_email, EmailInput(**data.model_dump()))


@router.delete("/{contact_id}/emails/{email_id}", response={204: None, **PROBLEMS}, summary="Remove an e-mail address")
@needs_scope("contacts:write")
def remove_email(request: HttpRequest, contact_id: int, email_id: int) -> HttpResponse:
    return _remove(request, EmailAddress, contact_id, email_id)


@router.post("/{contact_id}/phones", response={201: ContactOut, **PROBLEMS}, summary="Add a phone number")
@needs_scope("contacts:write")
@idempotent
def add_phone(request: HttpRequest, contact_id: int, data: PhoneIn) -> HttpResponse:
    return _add(request, contact_id, details.add_phone, PhoneInput(**data.model_dump()))


@router.delete("/{contact_id}/phones/{phone_id}", response={204: None, **PROBLEMS}, summary="Remove a phone number")
@needs_scope("contacts:write")
def remove_phone(request: HttpRequest, contact_id: int, phone_id: int) -> HttpResponse:
    return _remove(request, PhoneNumber, contact_id, phone_id)


@router.post("/{contact_id}/links", response={201: ContactOut, **PROBLEMS}, summary="Add a link")
@needs_scope("contacts:write")
@idempotent
def add_link(request: HttpRequest, contact_id: int, data: LinkIn) -> HttpResponse:
    return _add(request, contact_id, details.add_link, LinkInput(**data.model_dump()))


@router.delete("/{contact_id}/links/{link_id}", response={204: None, **PROBLEMS}, summary="Remove a link")
@needs_scope("contacts:write")
def remove_link(request: HttpRequest, contact_id: int, link_id: int) -> HttpResponse:
    return _remove(request, Link, contact_id, link_id)


# --- shared -----------------------------------------------------------------------------------------------------------
def _user(request: HttpRequest) -> User:
    return request.auth  # type: ignore[attr-defined,no-any-return]  # what TokenAuth answered


def _find(request: HttpRequest, contact_id: int) -> Entity:
    found = Entity.objects.visible_to(_user(request)).filter(pk=contact_id).first()
    if found is None:
        raise Http404
    return found


def _guarded(request: HttpRequest, contact_id: int) -> Entity:
    """The contact, if it is still the one that `If-Match` names."""
    entity = _find(request, contact_id)
    wanted = expected_version(request)
    if wanted is not None and wanted != entity.version:
        raise VersionMismatch
    return entity


def _part(model: type[Any], entity: Entity, pk: int) -> Any:
    found = model.objects.filter(pk=pk, entity=entity).first()
    if found is None:
        raise Http404
    return found


def _add(request: HttpRequest, contact_id: int, add: Callable[..., object], data: object) -> HttpResponse:
    entity = _guarded(request, contact_id)
    add(actor=_user(request), entity=entity, data=data, now=clock.now())
    return _answer(request, entity.pk, status=201)


def _remove(request: HttpRequest, model: type[Any], contact_id: int, pk: int) -> HttpResponse:
    entity = _guarded(request, contact_id)
    details.remove_detail(actor=_user(request), detail=_part(model, entity, pk), now=clock.now())
    return HttpResponse(status=204)


def _answer(request: HttpRequest, pk: int, *, status: int = 200) -> HttpResponse:
    order = ("position", "pk")
    hidden = rights_of(_user(request)).hidden_categories
    entity = Entity.objects.prefetch_related(
        Prefetch("categories", Category.objects.exclude(pk__in=hidden).order_by("pk")),
        Prefetch("units", Unit.objects.order_by(*order)),
        Prefetch("units__emails", EmailAddress.objects.order_by(*order)),
        Prefetch("units__phones", PhoneNumber.objects.order_by(*order)),
        Prefetch("units__links", Link.objects.order_by(*order)),
    ).get(pk=pk)
    body = ContactOut.from_orm(entity).model_dump_json()
    headers = {"ETag": etag(entity.version)}
    if status == 201:
        headers["Location"] = f"/api/v1/contacts/{pk}"
    return HttpResponse(body, status=status, content_type="application/json", headers=headers)


def _key(value: Any, pk: int) -> str:
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return base64.urlsafe_b64encode(f"{pk}:{text}".encode()).decode()


def _read_key(after: str, field: str) -> tuple[Any, int]:
    try:
        pk, _colon, text = base64.urlsafe_b64decode(after.encode()).decode().partition(":")
        value = datetime.fromisoformat(text) if field == "modified_at" else text
        if "\x00" in text or (isinstance(value, datetime) and value.tzinfo is None):
            raise ValueError(text)
        return value, int(pk)
    except (ValueError, binascii.Error) as error:
        raise ValidationError({"after": "This is no key of a page."}) from error
