"""Cards of a journey's board, drawn by the hundred."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from apps.accounts.templatetags.formats import day
from apps.core.markup import fill, icon, record_url

if TYPE_CHECKING:
    from apps.crm.selectors.boards import BoardCard, NextStep

register = template.Library()


@register.simple_tag
def journey_card(card: BoardCard, move_url: str) -> SafeString:
    """One card: who, where from, who looks after them, what comes next, how long they have been there."""
    return fill(
        '<li class="card-task{}" data-entity="{}" data-stage="{}" data-at="{}"{}>'
        '<p class="card-task__title"><a href="{}">{}</a></p>{}<p class="card-task__facts">{}{}{}{}</p></li>',
        " card-task--late" if card.is_stuck else "",
        card.entity_id,
        card.stage_id,
        card.entered_at.isoformat(),
        fill(' data-card="{}"', card.entity_id) if card.may_move else "",
        record_url("contacts:entity", card.entity_id),
        card.name,
        _move(card, move_url),
        _days(card),
        _organisation(card),
        fill("<span>{}{}</span>", icon("user"), card.in_charge) if card.in_charge else "",
        _step(card.next_step) if card.next_step else "",
    )


def _move(card: BoardCard, move_url: str) -> SafeString:
    if not card.may_move:
        return SafeString("")
    words = _("Move")
    shape = '<a class="btn btn--quiet card-task__move" href="{}" data-sheet>{}</a>'
    return fill(shape, move_url.replace("/0/", f"/{card.entity_id}/"), icon("arrows-move", label=words))


def _days(card: BoardCard) -> SafeString:
    return _days_words(card.days, card.is_stuck, get_language())


@lru_cache(maxsize=4096)
def _days_words(days: int, is_stuck: bool, _language: str | None) -> SafeString:
    """Most cards of a board say the same; plural forms take longer than the rest of a card."""
    words = ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    if is_stuck:
        return fill('<span class="status status--red">{}{} · {}</span>', icon("hourglass"), _("Stuck"), words)
    return fill("<span>{}{}</span>", icon("clock"), words)


def _organisation(card: BoardCard) -> SafeString:
    if not card.organisation:
        return SafeString("")
    if card.organisation_id is None:
        return fill("<span>{}</span>", card.organisation)
    return fill('<a href="{}">{}</a>', record_url("contacts:entity", card.organisation_id), card.organisation)


def _step(step: NextStep) -> SafeString:
    css = "task-due task-due--late" if step.is_late else "task-due"
    when = fill(" · {}", day(step.on)) if step.on else ""
    shape = '<a class="{}" href="{}">{}{}{}</a>'
    return fill(shape, css, record_url("activities:task", step.task_id), icon("checkbox"), step.title, when)
