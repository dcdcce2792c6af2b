"""Custom fields in files: values cleaned by their definitions; what a field refuses stays as other data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError

from apps.contacts.formats.records import Raw
from apps.contacts.formats.vcard.values import escape
from apps.contacts.models import FieldDefinition
from apps.contacts.selectors.fields import definitions_for
from apps.contacts.services.imports.copying import to_json
from apps.contacts.values import clean_value

REFUSED = "X-RAPPORT-CUSTOM"


@dataclass(slots=True)
class CleanValues:
    """`references` are entity-valued fields: the definition's id and the UID or id that the file gives."""

    values: dict[str, Any]
    refused: list[Raw] = field(default_factory=list)
    references: list[tuple[int, str]] = field(default_factory=list)


class CustomFields:
    """The definitions as they are at the start of an import; a key without one keeps its value as it is."""

    def __init__(self, *, region: str = "") -> None:
        self._region = region
        self._known: dict[str, dict[str, FieldDefinition]] = {}

    def load(self) -> None:
        """Read all definitions now, so that no other thread has to."""
        for target in ("person", "organisation", "unit"):
            self._known[target] = {each.key: each for each in definitions_for(target, with_retired=True)}

    def clean(self, target: str, attributes: dict[str, object]) -> CleanValues:
        """`attributes` of a card of kind `target`, a person's or organisation's, or of a "unit"."""
        if target not in self._known:
            self.load()
        known = self._known[target]
        clean = CleanValues({})
        for key, raw in attributes.items():
            definition = known.get(key)
            if definition is None:
                if raw is not None and raw != "":
                    clean.values[key] = raw
            elif definition.field_type == FieldDefinition.Type.ENTITY:
                if text := str(raw or "").strip():
                    clean.references.append((definition.pk, text))
            else:
                self._clean_one(definition, key, raw, clean)
        return clean

    def _clean_one(self, definition: FieldDefinition, key: str, raw: object, clean: CleanValues) -> None:
        try:
            value = clean_value(definition, raw, choices=definition.choices.all(), region=self._region)
        except ValidationError:
            said = raw if isinstance(raw, str) else to_json(raw)
            clean.refused.append(Raw(REFUSED, escape(said), {"X-FIELD": [key]}))
            return
        if value is not None:
            clean.values[key] = value
