"""Entities as the plain records that formats write: read in portions, so that memory stays small."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from apps.contacts.formats.records import (
    Address,
    Card,
    Email,
    Job,
    PartialDate,
    Phone,
    Photo,
    Raw,
    UnitRecord,
    Url,
)
from apps.contacts.models import (
    Category,
    EmailAddress,
    Entity,
    EntityCategory,
    EntityReference,
    ExternalUid,
    Folder,
    Link,
    PhoneNumber,
    RawProperty,
    Unit,
)
from apps.contacts.selectors.folders import restricted_categories
from apps.contacts.services.exports.ties import load_ties
from apps.contacts.services.imports.cleaning import beside
from apps.contacts.services.imports.drafts import EXTERNAL_UID
from apps.contacts.services.imports.labels import path_of
from apps.core.services import files

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.contacts.models.entities import EntityQuerySet

PORTION = 1000
_TEXTS = (
    "kind", "prefix", "first_name", "middle_name", "last_name", "suffix", "nickname", "name", "legal_name",
    "registration_number", "vat_number", "industry", "organisation_type", "language", "time_zone", "public_key",
    "notes",
)  # fmt: skip


def cards_of(entities: EntityQuerySet, *, reader: User, with_photos: bool = True) -> Iterator[Card]:
    """The cards of `entities`, organisations before the people who work for them, in portions of a thousand.

    `entities` is already cut to what may be exported. What `reader` doesn't see, such as the other end of a tie or
    a restricted category, isn't named.
    """
    labels = _Labels()
    index = 0
    for kind in (Entity.Kind.ORGANISATION, Entity.Kind.PERSON):
        last = 0
        scope = entities.filter(kind=kind).select_related("photo", "owner").order_by("pk")
        while portion := list(scope.filter(pk__gt=last)[:PORTION]):
            last = portion[-1].pk
            for card in _cards(portion, reader, labels, with_photos=with_photos):
                index += 1
                card.index = index
                yield card


def pocket_card(entity: Entity) -> Card:
    """What one takes along on a phone: names, the main job, places, phones, mails and links."""
    card = _card(entity)
    card.notes = card.public_key = ""
    if entity.organisation or entity.job_title:
        card.jobs = [Job(organisation=entity.organisation, title=entity.job_title, is_primary=True)]
    rows = Unit.objects.filter(entity=entity).select_related("parent").order_by("position", "pk")
    units = {unit.pk: _unit(unit) for unit in rows}
    _details([entity.pk], units)
    card.units = list(units.values())
    return card


class _Labels:
    """The paths of all folders and categories; there are few."""

    def __init__(self) -> None:
        folders = {folder.pk: folder for folder in Folder.objects.all()}
        self.folders = {pk: path_of(folder, folders) for pk, folder in folders.items()}
        categories = {category.pk: category for category in Category.objects.all()}
        self.categories = {pk: path_of(category, categories) for pk, category in categories.items()}


def shared_cards(entities: Sequence[Entity]) -> Iterator[Card]:
    """The cards of `entities`, in their order, with what everybody may know who sees them.

    Whatever the rights of a reader would decide (ties, references, restricted categories) isn't named, nor what others
    call them. `photo` and `owner` are joined already.
    """
    yield from _cards(entities, None, _Labels(), with_photos=True)


def _cards(portion: Sequence[Entity], reader: User | None, labels: _Labels, *, with_photos: bool) -> Iterator[Card]:
    ids = [entity.pk for entity in portion]
    unit_rows: dict[int, list[Unit]] = defaultdict(list)
    units: dict[int, UnitRecord] = {}
    for unit in Unit.objects.filter(entity__in=ids).select_related("parent").order_by("position", "pk"):
        unit_rows[unit.entity_id].append(unit)
        units[unit.pk] = _unit(unit)
    _details(ids, units)
    raws: dict[int, list[Raw]] = defaultdict(list)
    for raw in RawProperty.objects.filter(entity__in=ids).order_by("position", "pk"):
        raws[raw.entity_id].append(Raw(raw.name, raw.value, raw.params, raw.group))
    for tie in ExternalUid.objects.filter(entity__in=ids).order_by("pk") if reader else ():
        raws[tie.entity_id].append(beside(EXTERNAL_UID, tie.uid))
    categories: dict[int, list[str]] = defaultdict(list)
    unnamed = frozenset() if reader else restricted_categories()
    for entity_id, category_id in (
        EntityCategory.objects.filter(entity__in=ids).order_by("pk").values_list("entity_id", "category_id")
    ):
        if category_id not in unnamed:
            categories[entity_id].append(labels.categories[category_id])
    attributes: dict[int, dict[str, object]] = {entity.pk: dict(entity.attributes) for entity in portion}
    seen = Entity.objects.visible_to(reader) if reader else Entity.objects.none()
    references = EntityReference.objects.filter(entity__in=ids, referenced__in=seen)
    for entity_id, key, uid in references.values_list("entity_id", "field__key", "referenced__uid"):
        attributes[entity_id][key] = str(uid)
    ties = load_ties(ids, reader=reader, numbers={pk: [unit.pk for unit in rows] for pk, rows in unit_rows.items()})
    for entity in portion:
        card = _card(entity)
        card.units = [units[unit.pk] for unit in unit_rows[entity.pk]]
        card.raw = raws[entity.pk]
        card.categories = categories[entity.pk]
        card.attributes = attributes[entity.pk]
        card.jobs, card.ties = ties.jobs[entity.pk], ties.ties[entity.pk]
        card.folder = labels.folders[entity.folder_id]
        card.photo = _photo(entity) if with_photos else None
        yield card


def _card(entity: Entity) -> Card:
    card = Card(uid=str(entity.uid))
    for name in _TEXTS:
        setattr(card, name, getattr(entity, name))
    # Who has no name is shown by an address or number, which is no name to write down.
    if entity.name_key or entity.nickname or entity.name:
        card.full_name = entity.display_name
    card.birthday, card.anniversary = _day(entity.birthday), _day(entity.anniversary)
    card.owner_email = entity.owner.email if entity.owner else ""
    return card


def _day(text: str) -> PartialDate | None:
    """`1985-04-12`, `--04-12`, `1985-04` or `1985`."""
    if not text:
        return None
    if text.startswith("--"):
        return PartialDate(None, int(text[2:4]), int(text[5:7]))
    parts = [int(part) for part in text.split("-")]
    return PartialDate(*parts)


def _photo(entity: Entity) -> Photo | None:
    data, mime_type = b"", ""
    if entity.photo is not None:
        try:
            with files.open_file(entity.photo) as stored:
                data, mime_type = stored.read(), entity.photo.mime_type
        except FileNotFoundError:
            data = b""
    return Photo(data, mime_type, entity.photo_url) if data or entity.photo_url else None


def _unit(unit: Unit) -> UnitRecord:
    return UnitRecord(
        name=unit.name,
        kind=unit.kind,
        address=Address(
            po_box=unit.po_box,
            street=unit.street,
            house_number=unit.house_number,
            street2=unit.street2,
            city=unit.city,
            region=unit.region,
            postcode=unit.postcode,
            country=unit.country or unit.country_name,
        ),
        parent_name=unit.parent.name if unit.parent else "",
        time_zone=unit.time_zone,
        geo=unit.geo,
        valid_from=unit.valid_from,
        valid_to=unit.valid_to,
        is_primary=unit.is_primary,
        attributes=unit.attributes,
    )


def _details(ids: Sequence[int], units: dict[int, UnitRecord]) -> None:
    for email in EmailAddress.objects.filter(entity__in=ids).order_by("position", "pk"):
        units[email.unit_id].emails.append(
            Email(
                email.address,
                email.label,
                email.is_primary,
                email.plain_text_only,
                email.public_key,
                email.bounced_at.isoformat() if email.bounced_at else "",
                email.opted_out_at.isoformat() if email.opted_out_at else "",
                email.position,
            )
        )
    for phone in PhoneNumber.objects.filter(entity__in=ids).order_by("position", "pk"):
        units[phone.unit_id].phones.append(
            Phone(phone.raw, phone.kind, phone.label, phone.is_primary, phone.extension, phone.position)
        )
    for link in Link.objects.filter(entity__in=ids).order_by("position", "pk"):
        units[link.unit_id].links.append(
            Url(link.url, link.kind, link.label, link.is_primary, link.username, link.position)
        )
