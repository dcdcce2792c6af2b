"""What sets rules off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.contacts.models import FieldDefinition
from apps.core.models import Change
from apps.crm.models import PipelineStage
from apps.crm.rules.registry import Options, RuleTrigger, triggers

if TYPE_CHECKING:
    from apps.crm.models import RuleRun

MADE, CHANGED, ENTERED, LEFT = "contact_made", "contact_changed", "stage_entered", "stage_left"
PERSONA, HANDED_OVER, DATE = "persona_given", "contact_handed_over", "date"

_FIELDS = [
    ("", _("anything")),
    ("first_name", _("First name")),
    ("last_name", _("Last name")),
    ("name", _("Organisation")),
    ("language", _("Language")),
    ("birthday", _("Birthday")),
    ("folder", _("Folder")),
]


def register() -> None:
    """Called once, when the app is ready."""
    triggers.register(MADE, RuleTrigger(title=_("A contact is made")))
    triggers.register(
        CHANGED, RuleTrigger(title=_("A contact is changed"), fields=_changed_fields, holds=_changed_holds)
    )
    triggers.register(PERSONA, RuleTrigger(title=_("A contact gets a persona")))
    triggers.register(ENTERED, RuleTrigger(title=_("A contact enters a stage"), fields=_stage_fields, fits=_fits_stage))
    triggers.register(LEFT, RuleTrigger(title=_("A contact leaves a stage"), fields=_stage_fields, fits=_fits_stage))
    triggers.register(HANDED_OVER, RuleTrigger(title=_("A contact is handed over")))
    triggers.register(DATE, RuleTrigger(title=_("A day comes"), fields=_date_fields, fits=_fits_date))


def stage_choices() -> list[tuple[str, str]]:
    """Stages in use, under the names of their journeys."""
    stages = PipelineStage.objects.offered().filter(pipeline__retired_at=None).select_related("pipeline")
    rows = stages.order_by("pipeline__position", "pipeline", "position", "pk")
    return [("", "—"), *((str(stage.pk), f"{stage.pipeline.title}: {stage.title}") for stage in rows)]


def _stage_fields() -> dict[str, forms.Field]:
    return {"stage": forms.ChoiceField(label=_("Which stage (any where empty)"), choices=stage_choices, required=False)}


def _fits_stage(options: Options, facts: Options) -> bool:
    return not options.get("stage") or options["stage"] == str(facts.get("stage"))


def _changed_fields() -> dict[str, forms.Field]:
    return {"field": forms.ChoiceField(label=_("What is changed"), choices=_FIELDS, required=False)}


def _changed_holds(options: Options, run: RuleRun) -> bool:
    if not options.get("field"):
        return True
    own = Change.objects.filter(operation=run.cause_id, record_type="contacts.entity", record_id=run.entity_id)
    return own.filter(diff__has_key=options["field"]).exists()


def _date_fields() -> dict[str, forms.Field]:
    return {
        "field": forms.ChoiceField(label=_("Which day"), choices=_dates, required=False),
        "days": forms.IntegerField(
            label=_("So many days before it"),
            min_value=-60,
            max_value=60,
            required=False,
            help_text=_("Less than nought: after it."),
        ),
    }


def _dates() -> list[tuple[str, Any]]:
    """Birthday, anniversary, and the custom fields that hold a day."""
    customs = FieldDefinition.objects.filter(field_type="date", target__in=("person", "organisation"), retired_at=None)
    own = [(f"field:{one.key}", one.label) for one in customs.order_by("position", "pk")]
    return [("birthday", _("Birthday")), ("anniversary", _("Anniversary")), *own]


def _fits_date(options: Options, facts: Options) -> bool:
    same_day = (options.get("field") or "birthday") == facts.get("field")
    return same_day and (options.get("days") or 0) == facts.get("days")
