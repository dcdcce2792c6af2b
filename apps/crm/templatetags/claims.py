"""Claims and threads in templates."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core import clock
from apps.core.markup import fill, prose
from apps.crm import claim_drawing
from apps.crm.drawing.schemes import draw_marked
from apps.crm.models import Claim
from apps.crm.selectors.claim_subjects import Subject

register = template.Library()
STEPS = {
    "claim.filed": gettext_lazy("Claim filed"),
    "claim.photos_added": gettext_lazy("Photos added"),
    "claim.accepted": gettext_lazy("Claim accepted"),
    "claim.refused": gettext_lazy("Claim refused"),
    "claim.withdrawn": gettext_lazy("Claim taken back"),
    "claim.closed": gettext_lazy("Claim closed"),
    "claim.reopened": gettext_lazy("Claim opened again"),
}
register.filter("claim_badge", claim_drawing.badge)
register.filter("prose", prose)


@register.filter
def claim_promise(claim: Claim) -> SafeString:
    return claim_drawing.promise(claim, clock.now())


@register.filter
def claim_money(amount: Decimal, currency: str) -> SafeString:
    shown = number_format(amount, decimal_pos=2, use_l10n=True, force_grouping=True)
    return fill('<span class="money">{}&nbsp;{}</span>', shown, currency)


@register.filter
def marked_drawing(subject: Subject) -> SafeString:
    """The drawing with what the claim names marked on it; told as words to who doesn't see it."""
    if subject.scheme is None:
        return SafeString("")
    names = "; ".join(f"{mark.number}. {mark.name}" for mark in subject.marks)
    marked = {mark.part for mark in subject.marks}
    return draw_marked(subject.scheme, marked, label=_("Drawing with marks: %(parts)s") % {"parts": names})


@register.filter
def claim_step(verb: str) -> str:
    """ "claim.accepted" in words."""
    return str(STEPS.get(verb, ""))
