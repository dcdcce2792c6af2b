"""What content managers type."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.crm.models import Dealer, Plant
from apps.crm.services.content import ContentInput


class _MomentInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class ContentForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0)
    title = forms.CharField(label=_("Title"), max_length=200)
    body = forms.CharField(label=_("Text"), required=False, max_length=200_000, widget=forms.Textarea)
    is_published = forms.BooleanField(
        label=_("Published"), required=False, help_text=_("Else it is a draft that no dealer sees.")
    )
    starts_at = forms.DateTimeField(label=_("From"), required=False, widget=_MomentInput)
    ends_at = forms.DateTimeField(label=_("Until"), required=False, widget=_MomentInput)
    plants = forms.MultipleChoiceField(
        label=_("For dealers of these plants"), required=False, widget=forms.CheckboxSelectMultiple
    )
    dealers = forms.CharField(
        label=_("For these dealers"),
        required=False,
        help_text=_("Their codes, one a line. Nothing chosen above or here: for everybody."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    language = forms.ChoiceField(label=_("Language"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plants: Any = self.fields["plants"]
        plants.choices = [(str(plant.pk), plant.name) for plant in Plant.objects.order_by("position", "pk")]
        language: Any = self.fields["language"]
        language.choices = [("", _("Any")), *settings.LANGUAGES]

    def clean_dealers(self) -> list[int]:
        codes = set(self.cleaned_data["dealers"].split())
        found = dict(Dealer.objects.filter(code__in=codes).values_list("code", "pk"))
        if missing := sorted(codes - set(found)):
            raise forms.ValidationError(_("No dealer has this code: %(codes)s") % {"codes": ", ".join(missing)})
        return sorted(found.values())

    def given(self) -> ContentInput:
        typed = self.cleaned_data
        return ContentInput(
            title=typed["title"],
            body=typed["body"],
            is_published=typed["is_published"],
            starts_at=typed["starts_at"],
            ends_at=typed["ends_at"],
            language=typed["language"],
            plant_ids=[int(pk) for pk in typed["plants"]],
            dealer_ids=typed["dealers"],
            is_important=typed.get("is_important", False),
            chapter=typed.get("chapter", ""),
            position=typed.get("position") or 0,
        )


class NewsForm(ContentForm):
    is_important = forms.BooleanField(label=_("Important: stands above the others"), required=False)


class PageForm(ContentForm):
    chapter = forms.CharField(label=_("Chapter"), required=False, max_length=100)
    position = forms.IntegerField(label=_("Place in it"), required=False, min_value=0, max_value=30_000)
