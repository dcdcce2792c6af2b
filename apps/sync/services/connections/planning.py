"""What an audience is to be told of some of its members: worked out from the contacts as they are now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.contacts.models import Entity
from apps.core.text import fold
from apps.crm.models import EntityPersona
from apps.sync.connectors.mailchimp import mapping
from apps.sync.models import AudienceMember, Connection
from apps.sync.services.connections.audience import contacts_of
from apps.sync.services.connections.opting_out import opted_out
from apps.sync.services.connections.options import MailchimpOptions, mailchimp

State = AudienceMember.State
NO_ADDRESS = gettext_noop("It has no e-mail address that may be sent.")
NO_MAILINGS = gettext_noop("This address gets no mailings.")
SHARED = gettext_noop("An older contact has the same address.")
_REFUSED = (State.REFUSED, State.DISMISSED)


@dataclass(slots=True)
class Plan:
    """For one row. `member` is put there, `archived` taken out, `untagged` loses `lost_tags`; then the row is `state`.

    Without a `state` the row is of no more use.
    """

    row: AudienceMember
    state: str = ""
    trouble: str = ""
    member: dict[str, Any] | None = None
    archived: str = ""
    lost_tags: list[str] = field(default_factory=list)
    heir: int | None = None  # the contact that an address, given up by this one, falls to
    keeps: bool = False  # nothing to tell

    @property
    def address(self) -> str:
        return str(self.member["email_address"]) if self.member else ""

    @property
    def single_requests(self) -> int:
        return bool(self.archived) + bool(self.lost_tags)


def plans_for(connection: Connection, rows: Sequence[AudienceMember]) -> list[Plan]:
    """One for each row. Raises OutsideTrouble where the choice of contacts can't be told."""
    known = _Known.of(connection, rows)
    return [_plan(row, known) for row in rows]


def payload_of(entity: Entity, address: str, options: MailchimpOptions, personas: Collection[str]) -> dict[str, Any]:
    values = {tag: _value(entity, key) for key, tag in options.fields.items()}
    return mapping.member(address, values, personas if options.with_tags else ())


@dataclass(frozen=True, slots=True)
class _Known:
    options: MailchimpOptions
    wanted: Mapping[int, Entity]  # those of the rows' contacts that the audience is to have
    speakers: Mapping[str, int]  # by address: the contact that speaks for it
    opted: Collection[str]
    personas: Mapping[int, list[str]]

    @classmethod
    def of(cls, connection: Connection, rows: Sequence[AudienceMember]) -> _Known:
        contacts = contacts_of(connection)
        ids = [row.entity_id for row in rows if row.entity_id]
        wanted = {entity.pk: entity for entity in contacts.filter(pk__in=ids).defer("search_text", "notes")}
        keys = {entity.email_key for entity in wanted.values()} | {fold(row.address) for row in rows} - {""}
        speakers: dict[str, int] = {}
        for pk, typed in contacts.filter(email_key__in=keys).order_by("pk").values_list("pk", "primary_email"):
            speakers.setdefault(mapping.address_of(typed), pk)
        return cls(
            options=mailchimp(connection.options),
            wanted=wanted,
            speakers=speakers,
            opted=opted_out({*speakers, *(row.address for row in rows)}),
            personas=personas_of(wanted),
        )


def personas_of(ids: Collection[int]) -> dict[int, list[str]]:
    """The names of what contacts are to the house now."""
    rows = EntityPersona.objects.filter(entity__in=list(ids), valid_to__isnull=True).select_related("persona")
    found: dict[int, list[str]] = {}
    for row in rows.order_by("pk"):
        found.setdefault(row.entity_id, []).append(row.persona.name)
    return found


def _plan(row: AudienceMember, known: _Known) -> Plan:
    entity = known.wanted.get(row.entity_id or 0)
    if entity is None:
        return _leave(row, known)
    address = mapping.address_of(entity.primary_email)
    if not address:
        return _left_out(row, known, NO_ADDRESS)
    if address in known.opted:
        return _left_out(row, known, NO_MAILINGS)
    if known.speakers.get(address, entity.pk) != entity.pk:
        return _left_out(row, known, SHARED)
    payload = payload_of(entity, address, known.options, known.personas.get(entity.pk, ()))
    is_same = row.digest == mapping.digest(payload)
    if is_same and row.state in (State.THERE, *_REFUSED):
        return Plan(row, state=row.state, trouble=row.trouble, keeps=True)
    plan = Plan(row, state=State.THERE, member=payload)
    if row.stands_there and row.address != address:
        _give_up(plan, known)
    elif row.stands_there:
        plan.lost_tags = sorted(set(row.tags) - set(payload["tags"]))
    return plan


def _leave(row: AudienceMember, known: _Known) -> Plan:
    """It isn't in the filter, lies in the trash or in a personal folder, or is gone for good."""
    plan = Plan(row)
    if row.stands_there:
        _give_up(plan, known)
    return plan if plan.member is None else _once(plan)


def _left_out(row: AudienceMember, known: _Known, why: str) -> Plan:
    """Of the filter, and yet not to be written to."""
    plan = Plan(row, state=State.LEFT_OUT, trouble=why)
    if row.stands_there:
        _give_up(plan, known)
        if plan.member:
            plan.state = State.UNSUBSCRIBED
            return _once(plan)
    elif row.state == State.UNSUBSCRIBED:
        plan.state, plan.trouble = row.state, row.trouble
    return plan


def _once(plan: Plan) -> Plan:
    """A farewell that was refused is said again when somebody asks for it, as anything that was refused."""
    row = plan.row
    if row.state in _REFUSED and plan.member and row.digest == mapping.digest(plan.member):
        return Plan(row, state=row.state, trouble=row.trouble, keeps=True)
    return plan


def _give_up(plan: Plan, known: _Known) -> None:
    """What becomes there of the address that the row had: another contact's, unsubscribed, or archived."""
    old = plan.row.address
    heir = known.speakers.get(old)
    if old in known.opted:
        if plan.member is None:
            plan.member = mapping.leaver(old)
        else:
            plan.archived = old
    elif heir is not None and heir != plan.row.entity_id:
        plan.heir = heir
    else:
        plan.archived = old


def _value(entity: Entity, key: str) -> str:
    if key.startswith("custom:"):
        value = entity.attributes.get(key.removeprefix("custom:"))
        if isinstance(value, dict):  # money
            return f"{value.get('amount', '')} {value.get('currency', '')}".strip()
        if isinstance(value, list):
            return ", ".join(map(str, value))
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        return "" if value is None else str(value)
    if key == "birthday":
        return mapping.birthday(entity.birthday)
    return str(getattr(entity, key, ""))
