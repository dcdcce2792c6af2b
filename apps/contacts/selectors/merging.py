"""Contacts side by side before they become one, and what would move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.contacts.models import EmailAddress, Entity, FieldDefinition, Folder, PhoneNumber


@dataclass(frozen=True, slots=True)
class Choice:
    """One contact's value of a field."""

    entity_id: int
    text: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One field; `is_same` where there is nothing to choose."""

    name: str
    title: str
    choices: list[Choice]
    is_same: bool
    may_join: bool = False  # the values may be kept one below the other
    is_joined: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """One contact as its head of the comparison shows it."""

    entity: Entity
    folder: str
    emails: list[str]
    phones: list[str]
    moves: list[str]  # "3 files"


def sides_of(entities: Sequence[Entity], moves: Mapping[int, list[str]]) -> list[Side]:
    ids = [entity.pk for entity in entities]
    emails: dict[int, list[str]] = {pk: [] for pk in ids}
    phones: dict[int, list[str]] = {pk: [] for pk in ids}
    for pk, address in EmailAddress.objects.filter(entity__in=ids).order_by("pk").values_list("entity_id", "address"):
        emails[pk].append(address)
    rows = PhoneNumber.objects.filter(entity__in=ids).order_by("pk").values_list("entity_id", "e164", "raw")
    for pk, e164, raw in rows:
        phones[pk].append(e164 or raw)
    folders = Folder.objects.in_bulk([entity.folder_id for entity in entities])
    return [
        Side(one, str(folders[one.folder_id].title), emails[one.pk], phones[one.pk], moves.get(one.pk, []))
        for one in entities
    ]


def titles_of(names: Sequence[str], kind: str, labels: Mapping[str, Any]) -> dict[str, str]:
    """What fields are called: as the forms say in `labels`, own ones by their definition."""
    own = FieldDefinition.objects.filter(target=kind).values_list("key", "label")
    called = {**labels, **{f"attributes.{key}": label for key, label in own}}
    return {name: str(called.get(name) or _plain(name)) for name in names}


def text_of(value: Any, name: str) -> str:
    """A field's value as people read it."""
    if value in ("", None):
        return ""
    if name == "owner":
        user = User.objects.filter(pk=value).first()
        return str(user or "")
    if name == "photo":
        return _("Photo")
    if isinstance(value, dict):
        return " ".join(str(part) for part in value.values())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return str(value)


def _plain(name: str) -> str:
    return name.removeprefix("attributes.").replace("_", " ").capitalize()
