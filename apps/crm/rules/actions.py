"""What rules do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.accounts.selectors import members_of
from apps.activities.services.task_input import TaskInput
from apps.activities.services.tasks import add_task
from apps.core.clock import company_day
from apps.core.services.webhooks.events import Fact, announce
from apps.crm.models import Assignment, PipelineStage, RuleRun, Sequence
from apps.crm.models.assignments import valid_on
from apps.crm.rules.registry import Doing, RuleAction, actions
from apps.crm.rules.takers import taker, taker_choices
from apps.crm.rules.triggers import stage_choices
from apps.crm.selectors.acting import who_acts
from apps.crm.selectors.in_charge import who_is_in_charge
from apps.crm.services.assignments import ACCOUNT
from apps.crm.services.contact_events import RULE_ACTED
from apps.crm.services.dealer_feed.audiences import HOUSE
from apps.crm.services.hand_overs import Terms, begin_hand_over
from apps.crm.services.journeys import move_contact
from apps.crm.services.sequences import enrol
from apps.messaging.models import MailTemplate
from apps.messaging.selectors.templates import contact_templates
from apps.messaging.services.automatic_mails import send_automatic


def register() -> None:
    """Called once, when the app is ready."""
    actions.register("assign", RuleAction(title=_("Hand it over"), fields=_assign_fields, act=_assign))
    actions.register("stage", RuleAction(title=_("Move it to a stage"), fields=_stage_fields, act=_move))
    actions.register("task", RuleAction(title=_("Make a task"), fields=_task_fields, act=_task))
    actions.register("sequence", RuleAction(title=_("Begin a sequence"), fields=_sequence_fields, act=_begin))
    actions.register("mail", RuleAction(title=_("Send a mail"), fields=_mail_fields, act=_send_mail))
    actions.register("event", RuleAction(title=_("Tell programs"), fields=_event_fields, act=_event))


def by_rule(doing: Doing) -> str:
    """What the history says of who did it."""
    return _now("By the rule “%(rule)s”.") % {"rule": doing.rule.name}


def _task_fields() -> dict[str, forms.Field]:
    return {
        "subject": forms.CharField(label=_("Task"), max_length=200, required=False),
        "days": forms.IntegerField(label=_("Due in days"), min_value=0, max_value=365, required=False),
        "who": forms.ChoiceField(
            label=_("For"), choices=lambda: [("", _("who is in charge")), *taker_choices()], required=False
        ),
    }


def _task(doing: Doing) -> str:
    on = company_day(doing.now)
    chosen = doing.options.get("who") or ""
    if chosen:
        user, team = taker(chosen, on=on)
        people = [user.pk] if user is not None else members_of(team, on=on) if team is not None else []
    else:
        user = who_is_in_charge(doing.entity.pk, ACCOUNT, on)
        people = [user.pk] if user is not None else []
    if not people:
        raise ValidationError(_now("Nobody is there for the task."))
    data = TaskInput(
        subject=doing.options["subject"],
        zone=settings.RAPPORT_TIME_ZONE,
        text=by_rule(doing),
        entities=[doing.entity],
        assignees=people,
        due_on=on + timedelta(days=doing.options.get("days") or 0),
    )
    add_task(actor=doing.actor, data=data, now=doing.now)
    return str(doing.options["subject"])


def _stage_fields() -> dict[str, forms.Field]:
    return {"stage": forms.ChoiceField(label=_("Move to the stage"), choices=stage_choices, required=False)}


def _move(doing: Doing) -> str:
    stage = PipelineStage.objects.select_related("pipeline").filter(pk=doing.options["stage"]).first()
    if stage is None:
        raise ValidationError(_now("There is no such choice."))
    moved = move_contact(actor=doing.actor, entity=doing.entity, stage=stage, now=doing.now, reason=by_rule(doing))
    return f"{stage.pipeline.title}: {stage.title}" if moved else ""


def _assign_fields() -> dict[str, forms.Field]:
    return {"to": forms.ChoiceField(label=_("Hand over to"), choices=_takers, required=False)}


def _takers() -> list[tuple[str, Any]]:
    return [("", "—"), *taker_choices(by_load=True)]


def _assign(doing: Doing) -> str:
    """As a hand-over of one: both sides hear of it, and it has its entry in the history."""
    on = company_day(doing.now)
    user, team = taker(doing.options["to"], on=on)
    before = who_is_in_charge(doing.entity.pk, ACCOUNT, on)
    held = Assignment.objects.filter(valid_on(on), entity=doing.entity, purpose=ACCOUNT)
    if held.filter(team=team, user=None).exists() if user is None else held.filter(user=user).exists():
        return ""
    terms = Terms(user=user, team=team, starts_on=on, note=by_rule(doing))
    begin_hand_over(actor=doing.actor, entity_ids=[doing.entity.pk], terms=terms, now=doing.now, from_user=before)
    return str(user or team)


def _sequence_fields() -> dict[str, forms.Field]:
    return {"sequence": forms.ChoiceField(label=_("Begin the sequence"), choices=_sequences, required=False)}


def _sequences() -> list[tuple[str, Any]]:
    return [("", "—"), *((str(each.pk), each.name) for each in Sequence.objects.offered().order_by("name", "pk"))]


def _begin(doing: Doing) -> str:
    """In it already: nothing to do."""
    sequence = Sequence.objects.filter(pk=doing.options["sequence"]).first()
    if sequence is None:
        raise ValidationError(_now("There is no such choice."))
    begun = enrol(actor=doing.actor, sequence=sequence, entity_ids=[doing.entity.pk], now=doing.now)
    return sequence.name if begun else ""


def _mail_fields() -> dict[str, forms.Field]:
    words = _("From the mailbox of whoever is in charge; who has none writes from the house’s address.")
    return {
        "template": forms.ChoiceField(label=_("Send the mail"), choices=_templates, required=False, help_text=words)
    }


def _templates() -> list[tuple[str, Any]]:
    return [("", "—"), *((str(each.pk), each.title) for each in contact_templates())]


def _send_mail(doing: Doing) -> str:
    """Once a run. One that is withheld undoes nothing of what the rule does beside it: the log says why."""
    template = MailTemplate.objects.in_use().filter(pk=doing.options["template"], owner__isnull=True).first()
    if template is None:
        raise ValidationError(_now("There is no such choice."))
    if _wrote_lately(doing):  # two houses that answer each other by rules would never end
        why = _now("It wrote to this contact within a day")
        return _now("%(mail)s was withheld (%(why)s)") % {"mail": template.title, "why": why}
    sender = who_acts(doing.entity, doing.actor, on=company_day(doing.now)) or doing.actor
    key = f"rule:{doing.run.pk}"
    mail = send_automatic(sender=sender, entity=doing.entity, template=template, key=key, now=doing.now)
    if mail.withheld is None:
        return template.title
    why = f"{mail.withheld.label}: {mail.words}" if mail.words else str(mail.withheld.label)
    return _now("%(mail)s was withheld (%(why)s)") % {"mail": template.title, "why": why}


def _wrote_lately(doing: Doing) -> bool:
    runs = RuleRun.objects.filter(rule=doing.rule, entity=doing.entity, at__gt=doing.now - timedelta(days=1))
    return runs.exclude(pk=doing.run.pk).filter(done__contains=[["mail"]]).exists()


def _event_fields() -> dict[str, forms.Field]:
    return {"name": forms.CharField(label=_("Event for programs"), max_length=60, required=False)}


def _event(doing: Doing) -> str:
    subject = {"id": doing.entity.pk, "rule": doing.rule.name, "name": doing.options["name"]}
    announce([Fact(HOUSE, RULE_ACTED, subject)], now=doing.now)
    return str(doing.options["name"])
