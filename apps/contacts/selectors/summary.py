"""Which facts the Summary tab shows: an administrator's choice, the same for everybody."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.contacts.models import Entity, FieldDefinition
from apps.contacts.selectors.contact_page import CustomValue
from apps.contacts.selectors.fields import definitions_for
from apps.contacts.values import show_value
from apps.core.kept import Kept
from apps.core.models import ListSetting

CUSTOM = "custom."
BUILT_IN: dict[str, dict[str, Any]] = {
    Entity.Kind.PERSON: {
        "nickname": _("Nickname"),
        "birthday": _("Birthday"),
        "anniversary": _("Anniversary"),
        "language": _("Language"),
        "time_zone": _("Time zone"),
    },
    Entity.Kind.ORGANISATION: {
        "legal_name": _("Legal name"),
        "organisation_type": _("Type"),
        "industry": _("Industry"),
        "registration_number": _("Registration number"),
        "vat_number": _("VAT number"),
        "anniversary": _("Anniversary"),
        "language": _("Language"),
        "time_zone": _("Time zone"),
    },
}
DEFAULTS = {Entity.Kind.PERSON: ["birthday"], Entity.Kind.ORGANISATION: ["industry", "vat_number"]}


def setting_key(kind: str) -> str:
    """The name of the choice among the list settings."""
    return f"contacts.summary.{kind}"


def chosen_facts(kind: str) -> list[str]:
    """Names of built-in fields, and `custom.KEY` of own ones."""
    return list(_choices().get(setting_key(kind), DEFAULTS[Entity.Kind(kind)]))


@Kept
def _choices() -> dict[str, list[str]]:
    rows = ListSetting.objects.filter(list_key__in=[setting_key(kind) for kind in DEFAULTS], user=None)
    return dict(rows.values_list("list_key", "columns"))


def offered_facts(kind: str) -> list[tuple[str, Any]]:
    """What an administrator can choose from."""
    own = [(CUSTOM + each.key, each.label) for each in definitions_for(kind)]
    return [*BUILT_IN[kind].items(), *own]


def summary_facts(entity: Entity) -> list[CustomValue]:
    """The chosen facts that this contact has."""
    chosen = chosen_facts(entity.kind)
    definitions: dict[str, FieldDefinition] = {}
    if any(name.startswith(CUSTOM) for name in chosen):
        definitions = {CUSTOM + each.key: each for each in definitions_for(entity.kind)}
    facts = []
    for name in chosen:
        if name in BUILT_IN[entity.kind]:
            text = getattr(entity, name)
            label: Any = BUILT_IN[entity.kind][name]
        elif name in definitions:
            own = definitions[name]
            text = show_value(own, entity.attributes.get(own.key), choices=own.choices.all())
            label = own.label
        else:
            continue
        if text:
            facts.append(CustomValue(label, "", text, "text"))
    return facts
