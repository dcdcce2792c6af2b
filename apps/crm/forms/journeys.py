"""What administrators type about personas, pipelines and stages; what people say when they move a contact."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.choosing import offer_rows
from apps.core.palette import ICONS, colour_field
from apps.crm.models import Persona, Pipeline, PipelineStage
from apps.crm.services.pipeline_setup import StageInput

_NAME = forms.TextInput(attrs={"autofocus": True})
_OF_PERSONAS: list[tuple[str, Any]] = [
    ("user", _("Person")),
    ("user-question", _("Person with a question mark")),
    ("user-check", _("Person with a tick")),
    ("heart-handshake", _("Handshake")),
    ("building-store", _("Shop")),
]
_PERSONA_ICONS = [*_OF_PERSONAS, *(each for each in ICONS if each[0] and each[0] != "user")]


class PersonaForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100, widget=_NAME)
    colour = colour_field()
    icon = forms.ChoiceField(label=_("Icon"), required=False, choices=_PERSONA_ICONS)
    becomes = forms.ModelChoiceField(
        label=_("Becomes"),
        required=False,
        queryset=Persona.objects.none(),
        help_text=_("What one click on the contact's page makes of it."),
    )

    def __init__(self, *args: Any, persona: Persona | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Persona.objects.offered()
        if persona is not None:
            others = others.exclude(pk=persona.pk)
        offer_rows(self, "becomes", others.order_by("position", "pk"))


class PipelineForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100, widget=_NAME)
    purpose = forms.ChoiceField(label=_("What goes through it"), choices=Pipeline.Purpose.choices)
    persona = forms.ModelChoiceField(
        label=_("Persona"),
        required=False,
        queryset=Persona.objects.none(),
        help_text=_("Of a journey: whose it is. Each persona has one at most."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        busy = Pipeline.objects.offered().filter(persona__isnull=False).values("persona")
        offer_rows(self, "persona", Persona.objects.offered().exclude(pk__in=busy).order_by("position", "pk"))


class PipelineNameForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100, widget=_NAME)


class StageForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100, widget=_NAME)
    colour = colour_field()
    outcome = forms.ChoiceField(label=_("Outcome"), choices=PipelineStage.Outcome.choices)
    probability = forms.IntegerField(
        label=_("Probability in percent"), min_value=0, max_value=100, initial=0, required=False
    )
    stuck_after = forms.IntegerField(
        label=_("Stands out after so many days"),
        min_value=1,
        max_value=3650,
        required=False,
        help_text=_("Who stays longer in this stage is marked on the board."),
    )

    def data_input(self) -> StageInput:
        typed = self.cleaned_data
        return StageInput(
            typed["name"], typed["colour"], typed["outcome"], typed["probability"] or 0, typed["stuck_after"]
        )


class IntoForm(forms.Form):
    """Where those go who stand in a stage that is used no longer."""

    into = forms.ModelChoiceField(label=_("Where do they go?"), queryset=PipelineStage.objects.none())

    def __init__(self, *args: Any, stage: PipelineStage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = PipelineStage.objects.offered().filter(pipeline=stage.pipeline_id).exclude(pk=stage.pk)
        offer_rows(self, "into", others.order_by("position", "pk"))
