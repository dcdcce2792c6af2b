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
MAIL_CAME, UNANSWERED = "mail_came", "mail_unanswered"
USUAL_WAIT = 3  # days without an answer
_OPEN_MAIL = _("Of shared mailboxes, and of those whose owners let others see that a mail took place.")

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
    triggers.register(MAIL_CAME, RuleTrigger(title=_("A mail comes in"), fields=_mail_fields, fits=_fits_mail))
    triggers.register(
        UNANSWERED, RuleTrigger(title=_("A mail stays without an answer"), fields=_wait_fields, fits=_fits_wait)
    )


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


def _mail_fields() -> dict[str, forms.Field]:
    label = _("Its subject contains (anything where empty)")
    return {"subject": forms.CharField(label=label, max_length=100, required=False, help_text=_OPEN_MAIL)}


def _fits_mail(options: Options, facts: Options) -> bool:
    return str(options.get("subject") or "").casefold() in str(facts.get("subject", "")).casefold()


def _wait_fields() -> dict[str, forms.Field]:
    return {
        "days": forms.IntegerField(
            label=_("After how many days"), min_value=1, max_value=90, required=False, help_text=_OPEN_MAIL
        )
    }


def _fits_wait(options: Options, facts: Options) -> bool:
    return (options.get("days") or USUAL_WAIT) == facts.get("days")
