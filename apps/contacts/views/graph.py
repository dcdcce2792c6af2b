"""Pictures of who is tied to whom: the organisation chart, and the graph of a contact's neighbourhood."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.accounts.decorators import staff_required
from apps.contacts.models import Entity
from apps.contacts.selectors.chart import Chart, chart_of
from apps.contacts.selectors.drawing import SideTie, draw
from apps.contacts.selectors.graph import MOST_KNOTS, Graph, graph_of
from apps.contacts.views.lookups import forwarded, visible_entity
from apps.core import clock
from apps.core.htmx import Request, render_page


@staff_required
@require_GET
def entity_chart(request: Request, entity_id: int) -> HttpResponse:
    """Who stands above this contact and who below."""
    entity = visible_entity(request, entity_id)
    if away := forwarded(entity):
        return away
    chart = chart_of(entity, user=request.user, today=timezone.localdate(clock.now()))
    other = {"title": _("Who is tied to whom"), "url": reverse("contacts:entity_graph", args=[entity.pk])}
    return _page(request, entity, _("Organisation chart"), chart, {**other, "icon": "affiliate"})


@staff_required
@require_GET
def entity_graph(request: Request, entity_id: int) -> HttpResponse:
    """Everybody within two steps of this contact."""
    entity = visible_entity(request, entity_id)
    if away := forwarded(entity):
        return away
    graph = graph_of(entity, user=request.user, today=timezone.localdate(clock.now()))
    other = {"title": _("Organisation chart"), "url": reverse("contacts:entity_chart", args=[entity.pk])}
    return _page(
        request, entity, _("Who is tied to whom"), graph, {**other, "icon": "hierarchy"}, side_ties=graph.side_ties
    )


def _page(
    request: Request,
    entity: Entity,
    title: str,
    found: Chart | Graph,
    other: dict[str, str],
    side_ties: Sequence[SideTie] = (),
) -> HttpResponse:
    context = {
        "entity": entity,
        "title": title,
        "other": other,
        "root": found.root,
        "side_ties": side_ties,
        "is_cut": found.is_cut,
        "drawing": draw(found.root, side_ties),
        "most": MOST_KNOTS,
    }
    return render_page(request, "contacts/settings/ties.html", context)
