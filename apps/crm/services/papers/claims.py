"""The claim report: what happened, the photos, the talk, the decision and what it gives."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from PIL import Image

from apps.activities.models import Activity
from apps.core import clock
from apps.core.models import File
from apps.core.services import files
from apps.crm.drawing.schemes import draw_marked
from apps.crm.models import Claim
from apps.crm.selectors.claims import ClaimPage, claim_page
from apps.crm.selectors.threads import entries_of, thread_of
from apps.crm.services.papers.reading import addressed_to, reading
from apps.crm.templatetags.claims import claim_step
from apps.messaging.services.papers.frame import fact, facts, frame
from apps.messaging.services.papers.letters import day, moment, money

if TYPE_CHECKING:
    from apps.accounts.models import User

_MOST_PHOTOS = 12
_EDGE = 900  # pixels: sharp enough at half the width of a page


def claim_report(user: User, record_id: int, language: str) -> dict[str, Any]:
    """Of a claim that `user` sees; of the talk what its dealer reads too. Raises Http404."""
    with reading(user):
        seen = Claim.objects.visible_to(user).select_related(
            "dealer", "order", "construction", "plant", "shipment", "subject"
        )
        claim = seen.filter(pk=record_id).first()
        if claim is None:
            raise Http404
        page = claim_page(claim, user)
        return {
            **frame(_("Claim report %(number)s") % {"number": claim.number}, today=localdate(clock.now())),
            "to_title": _("To"),
            "to": addressed_to(claim.dealer),
            "facts": _known(page),
            "text": claim.text.split("\n"),
            **_drawn(page),
            "photos_title": _("Photos"),
            "photos": [_small(each.file) for each in page.photos[:_MOST_PHOTOS]],
            "talk_title": _("Talk"),
            "talk": [_said(each) for each in entries_of(thread_of(claim), user)],
            "decision_title": _("Decision"),
            "decision": _decided(page),
            "decision_text": claim.decision.split("\n") if claim.decided_at and claim.decision else [],
        }


def _known(page: ClaimPage) -> list[dict[str, Any]]:
    claim = page.claim
    part = claim.construction
    return facts(
        fact(_("Claimed on"), day(claim.made_at)),
        fact(_("Filed by"), claim.author_name),
        fact(_("Order"), claim.order.number if claim.order else ""),
        *_disputed(page),
        fact(_("About"), f"{part.position}. {part.title or part.kind}" if part else ""),
        fact(_("Shipment"), claim.shipment.number if claim.shipment else ""),
        fact(_("What is wrong"), str(claim.get_kind_display())),
        fact(_("State"), str(claim.get_state_display())),
    )


def _disputed(page: ClaimPage) -> list[dict[str, Any]]:
    """The line that it is about, for readers of money."""
    line, expected = page.line, page.claim.expected
    if line is None:
        return []
    words = f"{line.get_kind_display()}, {day(line.booked_on)}, {money(line.amount, line.currency)}"
    right = money(expected, line.currency) if expected is not None else ""
    return facts(fact(_("Line of the account"), words), fact(_("Should be"), right))


def _drawn(page: ClaimPage) -> dict[str, Any]:
    """The drawing with the parts marked that the claim names, and the list of them."""
    subject = page.subject
    picture = ""
    if subject.scheme and subject.marks:
        picture = draw_marked(subject.scheme, {mark.part for mark in subject.marks}, label="", on_paper=True)
    return {
        "parts_title": _("Marked parts"),
        "drawing": picture,
        "parts": [[str(mark.number), mark.name] for mark in subject.marks],
    }


def _small(file: File) -> list[int]:
    """A photo as bytes that JSON can bear, scaled to the paper."""
    with files.open_file(file) as content, Image.open(content) as picture:
        shown = picture.convert("RGB")
    shown.thumbnail((_EDGE, _EDGE))
    packed = io.BytesIO()
    shown.save(packed, "JPEG", quality=80)
    return list(packed.getvalue())


def _said(entry: Activity) -> dict[str, str]:
    who = entry.facts.get("author") or _("The plant")
    what = claim_step(entry.verb) if entry.kind == "claim" else ""
    return {"when": moment(entry.occurred_at), "who": str(who), "what": what, "text": entry.snippet}


def _decided(page: ClaimPage) -> list[dict[str, Any]]:
    claim, given = page.claim, page.compensation
    if claim.decided_at is None:
        return facts(fact(_("Decision by"), day(claim.due_at)))
    rows = [fact(_("Decided on"), day(claim.decided_at))]
    if given is not None:
        rows.append(fact(str(given.get_kind_display()), money(given.amount, given.currency)))
        booked = given.entry.booked_on if given.entry else None
        standing = _("Booked on %(day)s") % {"day": day(booked)} if booked else _("Announced, not booked yet")
        rows.append(fact(_("In the account"), standing))
    return facts(*rows)
