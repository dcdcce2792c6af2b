"""What people call the custom fields, so that columns named so find them."""

from __future__ import annotations

from apps.contacts.models import FieldDefinition


def custom_labels() -> dict[str, str]:
    """The labels of persons' and organisations' fields by key."""
    fields = FieldDefinition.objects.filter(target__in=["person", "organisation"], retired_at__isnull=True)
    return dict(fields.order_by("-target", "position", "pk").values_list("key", "label"))
