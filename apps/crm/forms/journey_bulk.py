"""What is to be done with the personas and journeys of chosen contacts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.choosing import offer, offer_rows
from apps.crm.models import Persona, PipelineStage
from apps.crm.services.journey_bulk import JourneyAction


class BulkPersonaForm(forms.Form):
    way = forms.ChoiceField(
        label=_("What to do"),
        choices=[("give", _("Give a persona")), ("take", _("Take a persona away"))],
        widget=forms.RadioSelect,
        initial="give",
    )
    persona = forms.ModelChoiceField(label=_("Persona"), queryset=Persona.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "persona", Persona.objects.offered().order_by("position", "pk"))

    def action(self) -> JourneyAction:
        return JourneyAction(self.cleaned_data["way"], self.cleaned_data["persona"].pk)


class BulkStageForm(forms.Form):
    stage = forms.ChoiceField(label=_("Stage"))
    reason = forms.CharField(label=_("Why"), required=False, max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stages = PipelineStage.objects.offered().filter(pipeline__purpose="journey", pipeline__retired_at__isnull=True)
        rows = stages.select_related("pipeline").order_by("pipeline__position", "pipeline", "position", "pk")
        offer(self, "stage", [(str(each.pk), f"{each.pipeline.title}: {each.title}") for each in rows])

    def action(self) -> JourneyAction:
        return JourneyAction("move", int(self.cleaned_data["stage"]), self.cleaned_data["reason"])


FORMS: dict[str, type[BulkPersonaForm] | type[BulkStageForm]] = {"persona": BulkPersonaForm, "stage": BulkStageForm}
TITLES = {"persona": _("Personas"), "stage": _("Move on a journey")}
