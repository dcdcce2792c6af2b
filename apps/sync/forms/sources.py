"""A source as an administrator describes it, in the house's settings and in Django's administration."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from apps.crm.models import FieldOwner, Plant
from apps.sync.mapping_checks import check_mapping
from apps.sync.models import Source
from apps.sync.services.sources import SourceInput


class PrettyJson(forms.JSONField):
    """JSON to read and edit: indented, letters as they are."""

    widget = forms.Textarea(attrs={"rows": 12, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str):  # what was typed and is no JSON
            return value
        return json.dumps(value, ensure_ascii=False, indent=2)


class SourceForm(forms.Form):
    code = forms.SlugField(label=_("Code"), max_length=30, help_text=_("Part of the address that it sends to."))
    title = forms.CharField(label=_("Title"), max_length=100)
    plant = forms.ModelChoiceField(Plant.objects.order_by("position", "name"), label=_("Plant"))
    kind = forms.ChoiceField(label=_("Kind"), choices=Source.Kind.choices)
    groups = forms.MultipleChoiceField(
        label=_("What it owns"),
        choices=FieldOwner.Group.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("No other source of this plant may write these."),
    )
    mapping = PrettyJson(
        label=_("Mapping"), required=False, help_text=_("How its records become ours; empty where they are already.")
    )
    settings = PrettyJson(
        label=_("Settings of its kind"),
        required=False,
        help_text=_('Tables with their cursors, or a folder: {"folder": "kyiv"}.'),
    )
    database_url = forms.CharField(
        label=_("Database address"),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("For a database that we read. Left empty, the one that is kept stays."),
    )
    poll_seconds = forms.IntegerField(label=_("Look every ... seconds"), min_value=1, max_value=86_400, initial=5)
    max_bytes = forms.IntegerField(label=_("Largest batch, in bytes"), min_value=1, initial=5 * 1024 * 1024)
    max_batches_a_minute = forms.IntegerField(label=_("Most batches a minute"), min_value=1, initial=1200)
    rejection_percent = forms.FloatField(
        label=_("Stop when so many percent are rejected"), min_value=0.1, max_value=100, initial=20
    )
    breaker_window = forms.IntegerField(label=_("of the last ... records"), min_value=10, max_value=50_000, initial=500)
    late_minutes = forms.IntegerField(label=_("Late after ... minutes"), min_value=1, initial=10)
    silent_minutes = forms.IntegerField(label=_("Alarm after ... minutes of silence"), min_value=1, initial=30)

    def __init__(self, *args: Any, source: Source | None = None, **kwargs: Any) -> None:
        if source is not None:
            kwargs["initial"] = initial_of(source)
        super().__init__(*args, **kwargs)
        if source is not None:
            for name in ("code", "plant"):
                self.fields[name].disabled = True

    def clean_mapping(self) -> dict[str, Any]:
        mapping: dict[str, Any] = self.cleaned_data["mapping"] or {}
        if found := check_mapping(mapping):
            raise forms.ValidationError(found)
        return mapping

    def clean_settings(self) -> dict[str, Any]:
        settings = self.cleaned_data["settings"] or {}
        if not isinstance(settings, dict):
            raise forms.ValidationError(translated("This is an object."))
        return settings

    def to_input(self) -> SourceInput:
        data = self.cleaned_data
        return SourceInput(
            code=data["code"],
            title=data["title"],
            plant=data["plant"],
            kind=data["kind"],
            groups=data["groups"],
            mapping=data["mapping"],
            settings=data["settings"],
            database_url=data["database_url"] or None,
            poll_every=timedelta(seconds=data["poll_seconds"]),
            max_bytes=data["max_bytes"],
            max_batches_a_minute=data["max_batches_a_minute"],
            rejection_share=data["rejection_percent"] / 100,
            breaker_window=data["breaker_window"],
            late_after=timedelta(minutes=data["late_minutes"]),
            silent_after=timedelta(minutes=data["silent_minutes"]),
        )


def initial_of(source: Source) -> dict[str, Any]:
    names = ("code", "title", "plant", "kind", "groups", "mapping", "settings", "max_bytes", "max_batches_a_minute")
    return {name: getattr(source, name) for name in names} | {
        "breaker_window": source.breaker_window,
        "rejection_percent": round(source.rejection_share * 100, 2),
        "poll_seconds": int(source.poll_every.total_seconds()),
        "late_minutes": int(source.late_after.total_seconds() // 60),
        "silent_minutes": int(source.silent_after.total_seconds() // 60),
    }
