"""How lists, boards and pages show an opportunity."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.templatetags.formats import day
from apps.core.markup import fill, icon, joined, record_url
from apps.crm.drawing.figures import money
from apps.crm.models import PipelineStage

if TYPE_CHECKING:
    from apps.crm.models import Opportunity
    from apps.crm.selectors.opportunities import Amount, OpportunityCard

_COLOURS = {PipelineStage.Outcome.WON: "green", PipelineStage.Outcome.LOST: "red"}


def colour_of(stage: PipelineStage) -> str:
    return stage.colour or _COLOURS.get(PipelineStage.Outcome(stage.outcome), "blue")


def stage_badge(opportunity: Opportunity) -> SafeString:
    stage = opportunity.stage
    return fill('<span class="status status--{} status--wide">{}</span>', colour_of(stage), stage.title)


def sums(amounts: Iterable[Amount], *, weighted: bool = True) -> SafeString:
    """What a column comes to, by currency; of what is open the weighted sum beside it."""
    lines = []
    for each in amounts:
        line = money(each.full, each.currency)
        if weighted and each.weighted != each.full:
            shown = number_format(each.weighted, 2, use_l10n=True, force_grouping=True)
            words = _("weighted: %(amount)s") % {"amount": f"{shown} {each.currency}"}
            line = fill("{} <small>{}</small>", line, words)
        lines.append(fill('<span class="amounts__one">{}</span>', line))
    return fill('<span class="amounts">{}</span>', joined("", lines)) if lines else SafeString("")


def opportunity_card(card: OpportunityCard, move_url: str) -> SafeString:
    """One card of a board: what, for whom, how much, when, whose."""
    facts = [
        fill("<span>{}</span>", money(card.revenue, card.currency)) if card.revenue is not None else "",
        fill("<span>{} %</span>", card.chance),
        _expected(card),
        _days(card),
        fill("<span>{}{}</span>", icon("user"), card.owner) if card.owner else "",
    ]
    contact = ""
    if card.contact_id is not None:
        contact = fill('<a href="{}">{}</a>', record_url("contacts:entity", card.contact_id), card.contact)
    return fill(
        '<li class="card-task{}" data-entity="{}" data-stage="{}" data-at="{}"{}>'
        '<p class="card-task__title"><a href="{}">{}</a></p>{}<p class="card-task__facts">{}{}</p></li>',
        " card-task--late" if card.is_late or card.is_stuck else "",
        card.pk,
        card.stage_id,
        card.entered_at.isoformat(),
        fill(' data-card="{}"', card.pk) if card.may_move else "",
        record_url("crm:opportunity", card.pk),
        card.title,
        _move(card, move_url),
        contact,
        joined("", facts),
    )


def _move(card: OpportunityCard, move_url: str) -> SafeString:
    if not card.may_move:
        return SafeString("")
    shape = '<a class="btn btn--quiet card-task__move" href="{}" data-sheet>{}</a>'
    return fill(shape, move_url.replace("/0/", f"/{card.pk}/"), icon("arrows-move", label=_("Move")))


def _expected(card: OpportunityCard) -> SafeString:
    if card.expected_on is None:
        return SafeString("")
    css = "task-due task-due--late" if card.is_late else "task-due"
    return fill('<span class="{}">{}{}</span>', css, icon("calendar"), day(card.expected_on))


def _days(card: OpportunityCard) -> SafeString:
    if not card.is_stuck:
        return SafeString("")
    words = ngettext("%(count)d day", "%(count)d days", card.days) % {"count": card.days}
    return fill('<span class="status status--red">{}{} · {}</span>', icon("hourglass"), _("Stuck"), words)
