"""E-mail addresses, phone numbers and links of a unit. Of each kind exactly one per unit is primary."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Max

from apps.accounts.models import User
from apps.accounts.services.audit import record_event
from apps.contacts.models import EmailAddress, Entity, Link, PhoneNumber, Unit
from apps.contacts.services import parts
from apps.contacts.services.conflicts import Expected, keep_settled
from apps.contacts.services.inputs import EmailInput, LinkInput, PhoneInput
from apps.contacts.services.journal import Edit, editing
from apps.contacts.services.units import primary_unit
from apps.core.secrets import decrypt, encrypt
from apps.core.services.operations import snapshot

Detail = TypeVar("Detail", EmailAddress, PhoneNumber, Link)

EDITABLE: dict[type[Any], frozenset[str]] = {
    EmailAddress: frozenset({"address", "label", "plain_text_only", "public_key", "bounced_at"}),
    PhoneNumber: frozenset({"raw", "extension", "kind", "label"}),
    Link: frozenset({"url", "kind", "label", "username", "password"}),
}
_FROM_NUMBER = ("e164", "extension", "digits", "digits_reversed")
_WORDS: dict[type[Any], str] = {EmailAddress: "email", PhoneNumber: "phone", Link: "link"}


def add_email(
    *, actor: User, entity: Entity, data: EmailInput, now: datetime, unit: Unit | None = None
) -> EmailAddress:
    """Add an address to `unit`, else to the primary unit, which is made where there is none.

    Raises PermissionDenied, InTrash, ValidationError by field; so do the other two.
    """
    with editing([entity], actor=actor, verb="email.added", now=now) as edit:
        home = _home(edit, entity, unit)
        return _insert(edit, parts.build_email(home, data, _next(EmailAddress, home)))


def add_phone(*, actor: User, entity: Entity, data: PhoneInput, now: datetime, unit: Unit | None = None) -> PhoneNumber:
    with editing([entity], actor=actor, verb="phone.added", now=now) as edit:
        home = _home(edit, entity, unit)
        region = parts.region_for(actor, home)
        return _insert(edit, parts.build_phone(home, data, _next(PhoneNumber, home), region))


def add_link(*, actor: User, entity: Entity, data: LinkInput, now: datetime, unit: Unit | None = None) -> Link:
    with editing([entity], actor=actor, verb="link.added", now=now) as edit:
        home = _home(edit, entity, unit)
        return _insert(edit, parts.build_link(home, data, _next(Link, home)))


def update_detail(
    *, actor: User, detail: Detail, fields: Mapping[str, Any], expected_version: Expected, now: datetime
) -> Detail:
    """Set `fields` (names in EDITABLE of its kind) of an e-mail address, phone or link.

    `expected_version` is its entity's, as in `update_entity`. A link's password is given plain.
    """
    model = type(detail)
    unknown = fields.keys() - EDITABLE[model]
    if unknown:
        raise ValueError(f"not to be set here: {sorted(unknown)}")
    with editing([detail.entity_id], actor=actor, verb=f"{_WORDS[model]}.updated", now=now) as edit:
        locked = model._default_manager.select_related("unit").get(pk=detail.pk, entity=detail.entity_id)
        before = snapshot(locked)
        _assign(locked, fields, actor)
        parts.check(locked)
        names = {*fields, *(_FROM_NUMBER if "raw" in fields else ())}
        entity = edit.entities[detail.entity_id]
        left = keep_settled(locked, names=names, before=before, entity=entity, expected_version=expected_version)
        if left:
            locked.save(update_fields=left.keys())
            edit.updated(locked, before, locked.entity_id)
    return locked


def make_detail_primary(*, actor: User, detail: EmailAddress | PhoneNumber | Link, now: datetime) -> None:
    """Offer this one first within its unit. Already so: nothing happens."""
    word = _WORDS[type(detail)]
    with editing([detail.entity_id], actor=actor, verb=f"{word}.made_primary", now=now) as edit:
        locked = type(detail)._default_manager.get(pk=detail.pk, entity=detail.entity_id)
        if not locked.is_primary:
            _step_down(edit, type(detail), locked.unit_id)
            _step_up(edit, locked)


def remove_detail(*, actor: User, detail: EmailAddress | PhoneNumber | Link, now: datetime) -> None:
    """Remove an e-mail address, phone or link; the next one of its unit becomes primary where it was."""
    model = type(detail)
    with editing([detail.entity_id], actor=actor, verb=f"{_WORDS[model]}.removed", now=now) as edit:
        locked = model._default_manager.filter(pk=detail.pk, entity=detail.entity_id).first()
        if locked is None:
            return
        was_primary, unit_id = locked.is_primary, locked.unit_id
        edit.removed(locked, locked.entity_id)
        locked.delete()
        heir = model._default_manager.filter(unit=unit_id).order_by("position", "pk").first()
        if was_primary and heir is not None:
            _step_up(edit, heir)


def reveal_password(*, actor: User, link: Link, now: datetime) -> str:
    """The password of a link in plain, for who may edit its contact; the audit keeps that it was shown.

    Raises PermissionDenied.
    """
    with editing([link.entity_id], actor=actor, verb="link.password_revealed", now=now):
        password = Link.objects.get(pk=link.pk, entity=link.entity_id).password
        record_event(actor=actor, verb="link.password_revealed", now=now, record=link)
    return decrypt(password) if password else ""


def _home(edit: Edit, entity: Entity, unit: Unit | None) -> Unit:
    locked = edit.entities[entity.pk]
    if unit is None:
        return primary_unit(edit, locked)
    return Unit.objects.select_related("entity").get(pk=unit.pk, entity=locked)


def _next(model: type[Any], unit: Unit) -> int:
    last: int | None = model._default_manager.filter(unit=unit).aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def _insert(edit: Edit, detail: Detail) -> Detail:
    model = type(detail)
    alone = not model._default_manager.filter(unit=detail.unit_id).exists()
    if alone or detail.is_primary:
        _step_down(edit, model, detail.unit_id)
        detail.is_primary = True
    detail.save(force_insert=True)
    edit.created(detail, detail.entity_id)
    return detail


def _assign(detail: EmailAddress | PhoneNumber | Link, fields: Mapping[str, Any], actor: User) -> None:
    for name, value in fields.items():
        if name == "address":
            value = parts.clean_address(value)
        elif name == "url":
            value = parts.clean_url(value)
        elif name == "password":
            value = encrypt(value) if value else ""
        elif isinstance(value, str) and name != "public_key":
            value = value.strip()
        setattr(detail, name, value)
    if isinstance(detail, PhoneNumber) and "raw" in fields:
        region = parts.region_for(actor, detail.unit)
        parts.set_number(detail, detail.raw, fields.get("extension", ""), region)


def _step_down(edit: Edit, model: type[Any], unit_id: int) -> None:
    for primary in model._default_manager.filter(unit=unit_id, is_primary=True):
        before = snapshot(primary)
        primary.is_primary = False
        primary.save(update_fields=["is_primary"])
        edit.updated(primary, before, primary.entity_id)


def _step_up(edit: Edit, detail: EmailAddress | PhoneNumber | Link) -> None:
    before = snapshot(detail)
    detail.is_primary = True
    detail.save(update_fields=["is_primary"])
    edit.updated(detail, before, detail.entity_id)
